package import ArgumentParser
package import Storage

/// How much of each domain there is, and how often a run may read it.
package struct InventoryOptions: ParsableArguments {
  @Option(
    parsing: .upToNextOption,
    help: .init("Manifests of the domains' tokens, which say how many there are.", valueName: "file"))
  package var manifests: [String] = []

  @Option(help: .init("Tokens that the run will train on.", valueName: "count"))
  package var trainTokens: Int?

  @Option(help: .init("How often a domain's tokens may be repeated.", valueName: "times"))
  package var maxEpochs: Double?

  package init() {}

  package mutating func validate() throws {
    if let trainTokens, trainTokens <= 0 {
      throw ValidationError("--train-tokens must be positive")
    }
    if let maxEpochs, !(maxEpochs > 0) { throw ValidationError("--max-epochs must be positive") }
    if maxEpochs != nil, trainTokens == nil || manifests.isEmpty {
      throw ValidationError("--max-epochs needs --train-tokens and --manifests")
    }
  }

  /// Training tokens by domain; empty without manifests.
  package func availableTokens() throws(FileError) -> [String: Int] {
    var tokens: [String: Int] = [:]
    for path in manifests {
      let manifest = try JSON.decode(InventoryManifest.self, file: path)
      guard tokens.updateValue(manifest.trainingTokens, forKey: manifest.domain) == nil else {
        throw .content(path: path, problem: "domain \(manifest.domain) was given already")
      }
    }
    return tokens
  }

  /// The largest weight each domain may have, by the cap on epochs; empty without one.
  package func weightLimits(domains: [String]) throws(FileError) -> [String: Double] {
    guard let maxEpochs, let trainTokens else { return [:] }
    let available = try availableTokens()
    var limits: [String: Double] = [:]
    for domain in domains {
      guard let tokens = available[domain] else {
        throw .content(
          path: manifests.joined(separator: " "), problem: "no manifest of domain \(domain)")
      }
      limits[domain] = maxEpochs * Double(tokens) / Double(trainTokens)
    }
    return limits
  }

  /// How often each domain is read in a run of `weights`; nil where that is not known.
  package func epochs(of weights: [String: Double]) throws(FileError) -> [String: Double]? {
    guard let trainTokens else { return nil }
    let available = try availableTokens()
    guard weights.keys.allSatisfy({ available[$0] ?? 0 > 0 }) else { return nil }
    return weights.reduce(into: [:]) {
      $0[$1.key] = $1.value * Double(trainTokens) / Double(available[$1.key] ?? 1)
    }
  }
}

/// What an inventory reads of a domain's manifest.
private struct InventoryManifest: Decodable {
  struct Split: Decodable { var tokens: Int }
  var domain: String
  var splits: [String: Split]
  var trainingTokens: Int { splits["train"]?.tokens ?? 0 }
}
