/// New weights of some domains of a mixture, written as `ArXiv=0.4,Github=0.1`.
///
/// The weights of the other domains are scaled in proportion. A name with a comma or a sign in it
/// may stand in double quotes.
package struct ChangedWeights: CustomStringConvertible, Sendable {
  package let weights: [NamedWeight]
  package let description: String

  package init?(argument: String) {
    let parts = QuotedNames.pairs(argument[...], separatedBy: ",", sign: "=") ?? []
    weights = parts.compactMap { part in
      (0...1).contains(part.number)
        ? QuotedNames.name(part.name).map { NamedWeight(name: $0, weight: part.number) } : nil
    }
    description = argument
    guard !parts.isEmpty, weights.count == parts.count,
      Set(weights.map(\.name)).count == parts.count
    else { return nil }
  }

  /// Why no mixture has these weights.
  package struct Impossible: Error, Equatable, CustomStringConvertible {
    package let description: String
  }

  /// Returns the mixture `base` with these weights, both in the order of `domains`, among which all
  /// names are.
  ///
  /// - Throws: `Impossible` if the weights sum to more than 1, or nothing can take the rest.
  package func applied(
    to base: [Double], domains: [String]
  ) throws(Impossible) -> [Double] {
    var result = base
    var named = domains.map { _ in false }
    for (place, domain) in domains.enumerated() {
      guard let new = weights.first(where: { $0.name == domain }) else { continue }
      (result[place], named[place]) = (new.weight, true)
    }
    let sum = weights.reduce(0) { $0 + $1.weight }
    let others = domains.indices.reduce(0) { $0 + (named[$1] ? 0 : base[$1]) }
    let left = 1 - sum
    /// A sum without the rounding of its terms.
    func plain(_ sum: Double) -> Double { (sum * 1e6).rounded() / 1e6 }
    guard left >= -1e-9 else {
      throw Impossible(description: "the weights sum to \(plain(sum)), which is more than 1")
    }
    guard left > 1e-9 else {
      return zip(result, named).map { $1 ? $0 : 0 }
    }
    guard others > 0 else {
      throw Impossible(
        description: named.contains(false)
          ? "no other domain has weight to scale; say where the other \(plain(left)) goes"
          : "the weights of all domains sum to \(plain(sum)), not to 1")
    }
    return zip(result, named).map { $1 ? $0 : $0 * left / others }
  }
}
