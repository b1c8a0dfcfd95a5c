import ArgumentParser
private import Storage
package import Constraints

/// The flags of constraints on the mixture, beyond what there is to train on.
package struct ConstraintOptions: ParsableArguments {
  package init() {}

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

  /// Checks that the flags make sense together.
  ///
  /// - Throws: `ValidationError` if they do not.
  package mutating func validate() throws {
    guard withinL1 == nil || withinKL == nil else {
      throw ValidationError("give either --within-l1 or --within-kl")
    }
  }

  /// Whether a distance from some mixture is limited.
  package var hasDistance: Bool { withinL1 != nil || withinKL != nil }

  /// Adds the constraints to `bounds`.
  ///
  /// - Parameter baselines: the mixtures that a distance can be from.
  /// - Throws: `UsageError` for a name that is no domain or no baseline.
  package func add(
    to bounds: inout MixtureBounds, domains: [String], baselines: [(id: String, weights: [Double])]
  ) throws {
    func index(_ name: String) throws -> Int {
      guard let index = domains.firstIndex(of: name) else {
        throw UsageError("\(name) is no domain; \(choices(domains, insteadOf: name))")
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
        "\(named.name) is no mixture to keep near; "
          + choices(baselines.map(\.id), insteadOf: named.name))
    }
    return DistanceLimit(
      kind: withinL1 == nil ? .divergence : .absolute, name: base.id, base: base.weights,
      radius: named.radius)
  }

  /// The constraints, for the provenance.
  package var flags: [String: String] {
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

extension NamedWeight: ExpressibleByArgument {}
extension NamedRadius: ExpressibleByArgument {}
extension GroupRange: ExpressibleByArgument {}
extension FrozenRatio: ExpressibleByArgument {}
