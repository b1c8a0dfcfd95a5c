package import ArgumentParser
import Formats
package import Mixtures
package import Storage

/// The flags that say how much of each domain there is, and how much of it a mixture may use.
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

  /// Checks that the flags make sense together.
  ///
  /// - Throws: `ValidationError` if they do not.
  package mutating func validate() throws {
    if let trainTokens, trainTokens <= 0 {
      throw ValidationError("--train-tokens must be positive")
    }
    if let maxEpochs, !(maxEpochs > 0) { throw ValidationError("--max-epochs must be positive") }
    if maxEpochs != nil, trainTokens == nil {
      throw ValidationError("--max-epochs needs --train-tokens")
    }
  }

  /// Reads the table and the manifests.
  ///
  /// - Throws: `FileError` if one cannot be read, or two manifests are of one domain.
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
