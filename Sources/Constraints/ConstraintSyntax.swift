import Storage

/// The weight of a name, written as `ArXiv=0.1`.
package struct NamedWeight: CustomStringConvertible, Sendable {
  package let name: String
  package let weight: Double

  init(name: String, weight: Double) { (self.name, self.weight) = (name, weight) }

  package init?(argument: String) {
    guard let (left, right) = QuotedNames.split(argument[...], atLast: "="),
      let name = QuotedNames.name(left), let weight = decimal(right), (0...1).contains(weight)
    else { return nil }
    (self.name, self.weight) = (name, weight)
  }

  package var description: String { "\(QuotedNames.quoted(name))=\(weight)" }
}

/// The largest distance from a named mixture, written as `natural=0.2`.
package struct NamedRadius: CustomStringConvertible, Sendable {
  package let name: String
  package let radius: Double

  package init?(argument: String) {
    guard let (left, right) = QuotedNames.split(argument[...], atLast: "="),
      let name = QuotedNames.name(left), let radius = decimal(right), radius >= 0
    else { return nil }
    (self.name, self.radius) = (name, radius)
  }

  package var description: String { "\(QuotedNames.quoted(name))=\(radius)" }
}

/// The range of a sum of weights, written as `CommonCrawl+C4=0.3:0.5`; one end may be missing.
package struct GroupRange: CustomStringConvertible, Sendable {
  package let domains: [String]
  package let low: Double
  package let high: Double

  package init?(argument: String) {
    guard let (sum, range) = QuotedNames.split(argument[...], atLast: "=") else { return nil }
    let names = QuotedNames.sum(sum).map { QuotedNames.name($0) }
    domains = names.compactMap { $0 }
    let ends = range.split(separator: ":", omittingEmptySubsequences: false)
    func number(_ text: Substring, absent: Double) -> Double? {
      text.isEmpty ? absent : decimal(text).flatMap { (0...1).contains($0) ? $0 : nil }
    }
    guard (1...2).contains(ends.count), ends.contains(where: { !$0.isEmpty }),
      let first = number(ends[0], absent: -.infinity),
      let last = number(ends[ends.count - 1], absent: .infinity), first <= last,
      Set(domains).count == names.count
    else { return nil }
    (low, high) = (first, last)
  }

  package var name: String { domains.map(QuotedNames.quoted).joined(separator: "+") }
  package var description: String { "\(name)=\(low):\(high)" }
}

/// Domains that keep their proportions, written as `CommonCrawl:0.7+C4:0.3`.
package struct FrozenRatio: CustomStringConvertible, Sendable {
  package let parts: [NamedWeight]

  package init?(argument: String) {
    guard let found = QuotedNames.ratio(argument[...]) else { return nil }
    let parts = found.compactMap { part in
      QuotedNames.name(part.name).map { NamedWeight(name: $0, weight: part.number) }
    }
    guard parts.count >= 2, Set(parts.map(\.name)).count == found.count,
      parts.allSatisfy({ $0.weight > 0 && $0.weight <= 1 })
    else { return nil }
    self.parts = parts
  }

  package var description: String {
    parts.map { "\(QuotedNames.quoted($0.name)):\($0.weight)" }.joined(separator: "+")
  }
}
