import ArgumentParser
import Constraints
import Formats
import Mixtures
import Tasks
import ToolKit

/// Constraints on the mixture beyond what there is to train on.
struct ConstraintOptions: ParsableArguments {
  @Option(
    parsing: .upToNextOption, help: .init("Smallest weights.", valueName: "domain=weight"))
  var minimum: [NamedWeight] = []
  @Option(parsing: .upToNextOption, help: .init("Largest weights.", valueName: "domain=weight"))
  var maximum: [NamedWeight] = []
  @Option(parsing: .upToNextOption, help: .init("Exact weights.", valueName: "domain=weight"))
  var fix: [NamedWeight] = []
  @Option(
    parsing: .upToNextOption,
    help: .init(
      "Sums of weights: A+B=0.3:0.5, A+B=:0.5, A+B=0.3: or A+B=0.4.", valueName: "sum=range"))
  var group: [GroupRange] = []
  @Option(
    parsing: .upToNextOption,
    help: .init("Domains that keep these proportions: A:0.7+B:0.3.", valueName: "parts"))
  var freeze: [FrozenRatio] = []
  @Option(
    name: .customLong("within-l1"),
    help: .init(
      "Largest sum of absolute differences from a baseline, at most 2.", valueName: "id=radius"))
  var withinL1: NamedRadius?
  @Option(
    name: .customLong("within-kl"),
    help: .init(
      "Largest Kullback-Leibler divergence from a baseline, in nats.", valueName: "id=radius"))
  var withinKL: NamedRadius?

  func validate() throws {
    guard withinL1 == nil || withinKL == nil else {
      throw ValidationError("give either --within-l1 or --within-kl")
    }
  }

  /// Adds them to `bounds`; `baselines` are the mixtures that a distance can be from.
  func add(
    to bounds: inout MixtureBounds, domains: [String], baselines: [(id: String, weights: [Double])]
  ) throws {
    func index(_ name: String) throws -> Int {
      guard let index = domains.firstIndex(of: name) else {
        throw UsageError("\(name) is no domain; known are \(domains.joined(separator: ", "))")
      }
      return index
    }
    for bound in minimum + maximum + fix { _ = try index(bound.name) }
    for bound in minimum { bounds.atLeast(bound.weight, bound.name, reason: "asked") }
    for bound in maximum { bounds.atMost(bound.weight, bound.name, reason: "asked") }
    for bound in fix {
      bounds.atLeast(bound.weight, bound.name, reason: "fixed")
      bounds.atMost(bound.weight, bound.name, reason: "fixed")
    }
    for group in group {
      let members = try group.domains.map(index)
      bounds.limits.append(
        LinearLimit(
          name: group.name, coefficients: domains.indices.map { members.contains($0) ? 1 : 0 },
          low: group.low, high: group.high))
    }
    for ratio in freeze {
      let members = try ratio.parts.map { (index: try index($0.name), share: $0.weight) }
      for member in members.dropFirst() {
        var coefficients = domains.map { _ in 0.0 }
        coefficients[members[0].index] = 1
        coefficients[member.index] = -members[0].share / member.share
        bounds.limits.append(
          LinearLimit(
            name: "\(domains[members[0].index]):\(domains[member.index]) as "
              + "\(members[0].share):\(member.share)",
            coefficients: coefficients, low: 0, high: 0))
      }
    }
    bounds.distance = try distance(baselines)
  }

  private func distance(
    _ baselines: [(id: String, weights: [Double])]
  ) throws -> DistanceLimit? {
    guard let named = withinL1 ?? withinKL else { return nil }
    guard let base = baselines.first(where: { $0.id == named.name }) else {
      throw UsageError(
        "\(named.name) is no mixture of --baselines; known are "
          + (baselines.isEmpty ? "none" : baselines.map(\.id).joined(separator: ", ")))
    }
    return DistanceLimit(
      kind: withinL1 == nil ? .divergence : .absolute, name: base.id, base: base.weights,
      radius: named.radius)
  }

  /// For the provenance.
  var flags: [String: String] {
    [
      "minimum": minimum.map(\.description).joined(separator: " "),
      "maximum": maximum.map(\.description).joined(separator: " "),
      "fix": fix.map(\.description).joined(separator: " "),
      "group": group.map(\.description).joined(separator: " "),
      "freeze": freeze.map(\.description).joined(separator: " "),
      "within-l1": withinL1?.description ?? "", "within-kl": withinKL?.description ?? "",
    ].filter { !$0.value.isEmpty }
  }
}

/// `ArXiv=0.1`.
struct NamedWeight: ExpressibleByArgument, CustomStringConvertible {
  let name: String
  let weight: Double

  init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1)
    guard parts.count == 2, let weight = Double(parts[1]), (0...1).contains(weight) else {
      return nil
    }
    (name, self.weight) = (String(parts[0]), weight)
  }

  var description: String { "\(name)=\(weight)" }
}

/// `natural=0.2`.
struct NamedRadius: ExpressibleByArgument, CustomStringConvertible {
  let name: String
  let radius: Double

  init?(argument: String) {
    guard let sign = argument.lastIndex(of: "="), sign != argument.startIndex,
      let radius = Double(argument[argument.index(after: sign)...]), radius >= 0, radius.isFinite
    else { return nil }
    (name, self.radius) = (String(argument[..<sign]), radius)
  }

  var description: String { "\(name)=\(radius)" }
}

/// `CommonCrawl+C4=0.3:0.5`.
struct GroupRange: ExpressibleByArgument, CustomStringConvertible {
  let domains: [String]
  let low: Double
  let high: Double

  init?(argument: String) {
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

  var name: String { domains.joined(separator: "+") }
  var description: String { "\(name)=\(low):\(high)" }
}

/// `CommonCrawl:0.7+C4:0.3`.
struct FrozenRatio: ExpressibleByArgument, CustomStringConvertible {
  let parts: [NamedWeight]

  init?(argument: String) {
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

  var description: String { parts.map { "\($0.name):\($0.weight)" }.joined(separator: "+") }
}
