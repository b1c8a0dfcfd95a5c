package import ArgumentParser
package import Formats
import Storage
import Streams

/// The run that a proxy stands for, whose repetition it is to have.
package struct PoolOptions: ParsableArguments {
  @Option(
    help: .init(
      """
      Tokens of the run that this one stands for: of each domain only so much is seen that it is \
      repeated as often as there.
      """, valueName: "count"))
  package var poolFor: Double?
  @Option(
    help: .init(
      """
      With --pool-for: table of domains, whose available-tokens that run has; of others it has \
      what is in the token folders.
      """, valueName: "file"))
  package var domains: String?

  package init() {}

  /// Checks that the flags make sense together.
  ///
  /// - Throws: `ValidationError` if they do not.
  package mutating func validate() throws {
    if let poolFor {
      guard poolFor >= 1, poolFor == poolFor.rounded(), poolFor <= 0x1p53 else {
        throw ValidationError("--pool-for must be a number of tokens, not \(poolFor)")
      }
    }
    guard domains == nil || poolFor != nil else {
      throw ValidationError("--domains belongs to --pool-for")
    }
  }

  /// The pools of a run, and what its provenance has of them; nothing without --pool-for.
  package struct Pools {
    /// The number of tokens to see of each domain.
    package var tokens: [String: Int] = [:]
    package var flags: [String: String] = [:]
  }

  /// The flags of a stream that say which pools it was made of.
  package static func flags(of stream: Provenance) -> [String: String] {
    stream.flags.filter { ["pool-for", "available-tokens"].contains($0.key) }
  }

  /// The pools of a run of `proxyTokens` on `folders`.
  ///
  /// - Parameters:
  ///   - tokensPerStep: The number of tokens by which the run may be longer than its target, as it
  ///     takes whole steps.
  ///   - note: A closure that is told of pools that are larger than what there is.
  /// - Throws: `UsageError` if the target is shorter than the run, `FileError` if the table cannot
  ///   be read.
  package func pools(
    _ folders: [TokenFolder], proxyTokens: Int, tokensPerStep: Int, note: (String) -> Void
  ) throws -> Pools {
    guard let poolFor else { return Pools() }
    guard poolFor > Double(proxyTokens - tokensPerStep) else {
      throw UsageError(
        "--pool-for \(Int(poolFor)): this run learns \(proxyTokens) tokens, more than the one that "
          + "it stands for; give the tokens of the larger run")
    }
    var available: [String: Double] = [:]
    for domain in try domains.map({ try DomainTable($0) })?.domains ?? []
    where folders.contains(where: { $0.domain == domain.name }) {
      available[domain.name] = domain.availableTokens
    }
    let target = TargetRun(tokens: Int(poolFor), available: available)
    var pools = Pools(tokens: target.pools(folders, proxyTokens: proxyTokens))
    for folder in folders {
      let (wanted, found) = (pools.tokens[folder.domain] ?? 0, folder.tokens("train"))
      if wanted > found {
        note(
          "\(folder.manifest): has \(found) tokens where --pool-for takes \(wanted): all are seen, "
            + "and repeated \((10 * Double(wanted) / Double(found)).rounded() / 10) times as often "
            + "as in the run it stands for")
      }
    }
    pools.flags["pool-for"] = "\(target.tokens)"
    if !available.isEmpty {
      pools.flags["available-tokens"] = available.sorted { $0.key < $1.key }
        .map { "\($0.key)=\(text($0.value))" }.joined(separator: " ")
    }
    return pools
  }

  /// A number of tokens, without a fraction where it has none.
  private func text(_ tokens: Double) -> String {
    Int(exactly: tokens).map { "\($0)" } ?? "\(tokens)"
  }
}
