package import ArgumentParser
package import Formats
package import Storage

/// How much of each domain there is, and how much of it a mixture may use.
package struct InventoryOptions: ParsableArguments {
  @Option(
    help: .init(
      "Table of domains: names, bounds of weights, and (with --train-tokens) caps on epochs.",
      valueName: "file"))
  package var domains: String?

  @Option(
    parsing: .upToNextOption,
    help: .init(
      "Manifests of the domains' tokens, which say how many there are.", valueName: "file"))
  package var manifests: [String] = []

  @Option(help: .init("Tokens that the run will train on.", valueName: "count"))
  package var trainTokens: Int?

  @Option(
    help: .init(
      "How often a domain's tokens may be repeated, unless the table says so.", valueName: "times"))
  package var maxEpochs: Double?

  package init() {}

  package mutating func validate() throws {
    if let trainTokens, trainTokens <= 0 {
      throw ValidationError("--train-tokens must be positive")
    }
    if let maxEpochs, !(maxEpochs > 0) { throw ValidationError("--max-epochs must be positive") }
    if maxEpochs != nil, trainTokens == nil {
      throw ValidationError("--max-epochs needs --train-tokens")
    }
  }

  /// The table and the manifests, read.
  package func read() throws(FileError) -> Inventory {
    var table: DomainTable?
    if let domains { table = try DomainTable(domains) }
    var available: [String: Double] = [:]
    for path in manifests {
      let manifest = try TokenManifest(path)
      let tokens = manifest.splits["train"]?.amount.tokens ?? 0
      guard available.updateValue(Double(tokens), forKey: manifest.domain) == nil else {
        throw .content(path: path, problem: "domain \(manifest.domain) was given already")
      }
    }
    for domain in table?.domains ?? [] {
      if let tokens = domain.availableTokens { available[domain.name] = tokens }
    }
    return Inventory(
      table: table, availableTokens: available, trainTokens: trainTokens.map { Double($0) },
      maxEpochs: maxEpochs)
  }
}

/// What there is to train on.
package struct Inventory: Sendable {
  package let table: DomainTable?
  /// Training tokens by domain, where known.
  package let availableTokens: [String: Double]
  package let trainTokens: Double?
  package let maxEpochs: Double?

  /// A bound on one domain's weight and where it comes from: `epochs` or `asked`.
  package struct Limit: Sendable {
    package let domain: String
    package let value: Double
    package let reason: String
  }

  /// The table's smallest weights.
  package var minima: [Limit] {
    (table?.domains ?? []).compactMap { domain in
      domain.minimumWeight.map { Limit(domain: domain.name, value: $0, reason: "asked") }
    }
  }

  /// The table's largest weights, and those that the caps on epochs allow.
  package func maxima(of domains: [String]) throws(UsageError) -> [Limit] {
    var limits: [Limit] = []
    for domain in domains {
      let row = table?.domains.first { $0.name == domain }
      if let weight = row?.maximumWeight {
        limits.append(Limit(domain: domain, value: weight, reason: "asked"))
      }
      guard let trainTokens, let epochs = row?.maximumEpochs ?? maxEpochs else { continue }
      guard let tokens = availableTokens[domain] else {
        throw UsageError(
          "\(domain): a cap of \(epochs) epochs, but nothing says how many tokens there are; "
            + "give its manifest")
      }
      limits.append(
        Limit(domain: domain, value: epochs * tokens / trainTokens, reason: "epochs"))
    }
    return limits
  }

  /// How often each domain is read in a run of `weights`; nil where that is not known.
  package func epochs(of weights: [String: Double]) -> [String: Double]? {
    guard let trainTokens, weights.keys.allSatisfy({ availableTokens[$0] ?? 0 > 0 }) else {
      return nil
    }
    var epochs: [String: Double] = [:]
    for (domain, weight) in weights {
      epochs[domain] = weight * trainTokens / (availableTokens[domain] ?? 1)
    }
    return epochs
  }
}
