extension GaussianProcess {
  /// How a feature is related to an evaluation set, where sets learn from each other how much such
  /// features matter: the weight of the domain that a set is of, and the set's own MDE loss, are
  /// the set's own.
  package enum Relation: Int, CaseIterable, Codable, Sendable {
    case ownOfDomain, otherOfDomain, own, other

    /// How far the prior of log ℓ starts from that of any feature.
    var shift: Double {
      switch self {
      case .ownOfDomain: -0.5
      case .otherOfDomain: 0.1
      case .own: -0.2
      case .other: 0
      }
    }

    /// Returns the relations of sets and features of these names, (sets, features).
    static func between(
      sets: [String], domains: [String], features: [String]
    ) -> [[Relation]] {
      let domains = Set(domains)
      return sets.map { set in
        features.map { feature in
          let isOwn = feature == "weight:\(set)" || feature == "mde:\(set)"
          return domains.contains(set)
            ? isOwn ? .ownOfDomain : .otherOfDomain : isOwn ? .own : .other
        }
      }
    }
  }
}
