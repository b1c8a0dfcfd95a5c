import Formats
package import Storage

/// Which domain is whose expert's: alone, or in a group that one expert was trained on.
///
/// The domains of a group keep the ratios that its expert was trained at. So a mixture is known by
/// the weight of each *part*, a group or a lone domain: λ_d = ratio_d · w_part(d). What is searched
/// and fitted are the weights w of the parts; what a person reads and a trainer gets, those of the
/// domains.
package struct DomainGroups: Equatable, Sendable {
  /// All domains, sorted.
  package let domains: [String]
  /// The names of the parts, sorted.
  package let parts: [String]
  /// The index in `parts` of each domain's part.
  package let partOf: [Int]
  /// The share of each domain within its part, which sum to 1 in each.
  package let ratios: [Double]

  /// Creates the parts from the mixtures that their experts were trained on.
  ///
  /// - Parameter experts: The positive weights of each part's domains, which sum to 1, by the name
  ///   of the part.
  /// - Throws: `Shared` if two parts have a domain.
  package init(_ experts: [String: [String: Double]]) throws(Shared) {
    var parts: [(name: String, domain: String, ratio: Double)] = []
    var owner: [String: String] = [:]
    for (name, weights) in experts.sorted(by: { $0.key < $1.key }) {
      for (domain, ratio) in weights where ratio > 0 {
        if let other = owner.updateValue(name, forKey: domain) {
          throw Shared(domain: domain, parts: [other, name])
        }
        parts.append((name, domain, ratio))
      }
    }
    parts.sort { $0.domain < $1.domain }
    domains = parts.map(\.domain)
    self.parts = experts.keys.sorted()
    let places = Dictionary(uniqueKeysWithValues: self.parts.enumerated().map { ($1, $0) })
    partOf = parts.map { places[$0.name] ?? 0 }
    ratios = parts.map(\.ratio)
  }

  /// Creates the parts of domains that have an expert each.
  package init(alone domains: [String]) {
    self.domains = domains.sorted()
    parts = self.domains
    partOf = Array(parts.indices)
    ratios = parts.map { _ in 1 }
  }

  /// Two parts that have a domain in common.
  package struct Shared: Error, Equatable {
    package let domain: String
    package let parts: [String]
    package init(domain: String, parts: [String]) { (self.domain, self.parts) = (domain, parts) }
  }

  /// Whether every domain is a part of its own, under its own name.
  package var areAlone: Bool { parts == domains }

  /// The ratios of each group, by its name; none of domains that are alone.
  package var groups: [String: [String: Double]] {
    var groups: [String: [String: Double]] = [:]
    for (domain, (part, ratio)) in zip(domains, zip(partOf, ratios)) where parts[part] != domain {
      groups[parts[part], default: [:]][domain] = ratio
    }
    return groups
  }

  /// Creates the parts of `domains`, of which some are in `groups`.
  ///
  /// - Throws: `Shared` if two groups have a domain, or a group has the name of another domain.
  package init(
    _ domains: [String], groups: [String: [String: Double]]
  ) throws(Shared) {
    let grouped = Set(groups.values.flatMap(\.keys))
    var experts = groups
    for domain in domains where !grouped.contains(domain) {
      if groups[domain] != nil { throw Shared(domain: domain, parts: [domain, domain]) }
      experts[domain] = [domain: 1]
    }
    try self.init(experts)
  }

  /// Returns the weights of the parts: sums over their domains.
  package func joined(_ weights: [Double]) -> [Double] {
    var sums = [Double](repeating: 0, count: parts.count)
    for (part, weight) in zip(partOf, weights) { sums[part] += weight }
    return sums
  }

  /// Returns the weights of the domains, each group's in its ratios.
  package func spread(_ weights: [Double]) -> [Double] {
    zip(partOf, ratios).map { weights[$0] * $1 }
  }

  /// The most by which a weight differs from what its part's ratios make of it.
  package func deviation(of weights: [Double]) -> Double {
    zip(weights, spread(joined(weights))).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }
}

extension DomainGroups {
  /// The beginning of the name of an expert's model, before that of its part.
  package static let expertPrefix = "expert-"

  /// Reads the mixtures of groups' experts, as `sample-mixtures --group-experts` writes them.
  ///
  /// - Parameter domains: All domains.
  /// - Throws: `FileError` if it cannot be read, or its groups are none of these domains'.
  package init(reading path: String, domains: [String]) throws(FileError) {
    var groups: [String: [String: Double]] = [:]
    for record in try MixtureFile(reading: path).records {
      for domain in record.mixture.domains where !domains.contains(domain) {
        throw .content(path: path, place: record.id, problem: "\(domain) is none of the domains")
      }
      groups[Self.part(ofModel: record.id)] = record.mixture.byName
    }
    do throws(Shared) {
      try self.init(domains, groups: groups)
    } catch {
      throw .content(
        path: path,
        problem: "\(error.domain) is in both \(error.parts.joined(separator: " and "))")
    }
  }

  /// Returns the name of the part whose expert a model is.
  package static func part(ofModel id: String) -> String {
    id.hasPrefix(expertPrefix) ? String(id.dropFirst(expertPrefix.count)) : id
  }
}
