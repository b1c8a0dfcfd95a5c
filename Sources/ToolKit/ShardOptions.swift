import ArgumentParser
package import Tokenization

/// How documents are divided into splits and shards.
package struct ShardOptions: ParsableArguments {
  @Option(help: "Share of the documents to validate with.")
  package var validationFraction = 0.01
  @Option(help: "Share of the documents to test with.") package var testFraction = 0.01
  @Option(help: "Tokens of a shard; it ends with the document that reaches them.")
  package var shardTokens = 4_000_000
  @Flag(help: "Leave out documents whose text their domain had before.")
  package var deduplicate = false
  @Flag(help: "Accept domains and splits without documents.") package var allowEmpty = false

  package init() {}

  package mutating func validate() throws {
    let fractions = [validationFraction, testFraction]
    guard fractions.allSatisfy({ $0 >= 0 }), fractions.reduce(0, +) < 1 else {
      throw ValidationError(
        "--validation-fraction and --test-fraction must be at least 0 and sum to less than 1")
    }
    guard shardTokens > 0 else { throw ValidationError("--shard-tokens must be positive") }
  }

  /// The options of a builder, with the flags that provenance says, but no folder.
  package var options: ShardBuilder.Options {
    var options = ShardBuilder.Options(
      splitter: Splitter(validationFraction: validationFraction, testFraction: testFraction),
      tokensPerShard: shardTokens)
    (options.deduplicates, options.allowsEmpty) = (deduplicate, allowEmpty)
    options.flags = [
      "validation-fraction": "\(validationFraction)", "test-fraction": "\(testFraction)",
      "shard-tokens": "\(shardTokens)", "deduplicate": "\(deduplicate)",
    ]
    return options
  }
}
