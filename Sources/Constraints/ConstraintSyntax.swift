/// The weight of a name, written as `ArXiv=0.1`.
package struct NamedWeight: CustomStringConvertible, Sendable {
  package let name: String
  package let weight: Double

  package init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1)
    guard parts.count == 2, let weight = Double(parts[1]), (0...1).contains(weight) else {
      return nil
    }
    (name, self.weight) = (String(parts[0]), weight)
  }

  package var description: String { "\(name)=\(weight)" }
}

/// The largest distance from a named mixture, written as `natural=0.2`.
package struct NamedRadius: CustomStringConvertible, Sendable {
  package let name: String
  package let radius: Double

  package init?(argument: String) {
    guard let sign = argument.lastIndex(of: "="), sign != argument.startIndex,
      let radius = Double(argument[argument.index(after: sign)...]), radius >= 0, radius.isFinite
    else { return nil }
    (name, self.radius) = (String(argument[..<sign]), radius)
  }

  package var description: String { "\(name)=\(radius)" }
}

/// The range of a sum of weights, written as `CommonCrawl+C4=0.3:0.5`; one end may be missing.
package struct GroupRange: CustomStringConvertible, Sendable {
  package let domains: [String]
  package let low: Double
  package let high: Double

  package init?(argument: String) {
    let sides = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard sides.count == 2 else { return nil }
    domains = sides[0].split(separator: "+", omittingEmptySubsequences: false).map(String.init)
    let ends = sides[1].split(separator: ":", omittingEmptySubsequences: false)
    func number(_ text: Substring, absent: Double) -> Double? {
      text.isEmpty ? absent : Double(text).flatMap { (0...1).contains($0) ? $0 : nil }
    }
    guard (1...2).contains(ends.count), ends.contains(where: { !$0.isEmpty }),
      let first = number(ends[0], absent: -.infinity),
      let last = number(ends[ends.count - 1], absent: .infinity), first <= last,
      Set(domains).count == domains.count, !domains.contains("")
    else { return nil }
    (low, high) = (first, last)
  }

  package var name: String { domains.joined(separator: "+") }
  package var description: String { "\(name)=\(low):\(high)" }
}

/// Domains that keep their proportions, written as `CommonCrawl:0.7+C4:0.3`.
package struct FrozenRatio: CustomStringConvertible, Sendable {
  package let parts: [NamedWeight]

  package init?(argument: String) {
    var parts: [NamedWeight] = []
    for part in argument.split(separator: "+", omittingEmptySubsequences: false) {
      guard
        let part = NamedWeight(
          argument: String(part.replacing(":", with: "=", maxReplacements: 1))),
        part.weight > 0
      else { return nil }
      parts.append(part)
    }
    guard parts.count >= 2, Set(parts.map(\.name)).count == parts.count else { return nil }
    self.parts = parts
  }

  package var description: String { parts.map { "\($0.name):\($0.weight)" }.joined(separator: "+") }
}
