package import ArgumentParser
package import Formats
package import Parallel
import Storage
package import Tokenization

/// How documents are divided into splits and shards.
package struct ShardOptions: ParsableArguments {
  @Option(help: "Tokens of each domain to validate with.")
  package var validationTokens = 100_000
  @Option(help: "Tokens of each domain to test with.") package var testTokens = 100_000
  @Option(help: "The largest share of a domain that is held out for both.")
  package var heldOutShare = 0.1
  @Option(help: "Share of the documents to validate with, by their hash, in place of tokens.")
  package var validationFraction: Double?
  @Option(help: "Share of the documents to test with, likewise.")
  package var testFraction: Double?
  @Option(help: "Tokens of a shard; it ends with the document that reaches them.")
  package var shardTokens = 4_000_000
  @Option(
    help: .init(
      """
      Leave out documents whose text their domain had before: 'exact', the same text, or 'near', \
      most of its runs of words too.
      """, valueName: "kind"))
  package var deduplicate: Duplicates?
  @Flag(help: "Accept domains and splits without documents.") package var allowEmpty = false

  package init() {}

  package mutating func validate() throws {
    let fractions = [validationFraction, testFraction].compactMap { $0 }
    guard fractions.allSatisfy({ $0 >= 0 }), fractions.reduce(0, +) < 1 else {
      throw ValidationError(
        "--validation-fraction and --test-fraction must be at least 0 and sum to less than 1")
    }
    guard validationTokens >= 0, testTokens >= 0 else {
      throw ValidationError("--validation-tokens and --test-tokens must be at least 0")
    }
    guard heldOutShare > 0, heldOutShare < 1 else {
      throw ValidationError("--held-out-share must be above 0 and less than 1")
    }
    guard shardTokens > 0 else { throw ValidationError("--shard-tokens must be positive") }
  }

  /// The fractions asked for; nil where tokens are held out.
  package var splitter: Splitter? {
    guard validationFraction != nil || testFraction != nil else { return nil }
    return Splitter(
      validationFraction: validationFraction ?? 0, testFraction: testFraction ?? 0)
  }

  /// Decides what is held out.
  ///
  /// - Parameter read: Reads all documents and hands them over, called where a survey is needed.
  /// - Throws: `UsageError` if the documents come from standard input and a survey is needed,
  ///   `TokenizationError.domain` if a domain has nothing to hold out, or the error of `read`.
  package func rule(
    domains: DomainTable, tokenizer: Tokenizer, pool: WorkerPool, files: [String],
    tool: ToolRevision, common: CommonOptions, read: (([Corpus.Document]) -> Void) throws -> Void
  ) throws -> SplitRule {
    if let splitter { return .fractions(splitter) }
    if let stream = files.first(where: isStream) {
      throw UsageError(
        "\(stream == "-" ? "standard input" : stream) cannot be read twice, to hold tokens out and "
          + "then to write; give files, or "
          + "--validation-fraction and --test-fraction")
    }
    let survey = HeldOutSurvey(
      .init(validation: validationTokens, test: testTokens, share: heldOutShare),
      domains: domains, tokenizer: tokenizer, duplicates: deduplicate, pool: pool)
    try read(survey.add)
    let plan = survey.plan()
    for shortfall in plan.shortfalls {
      let name = domains.domains[shortfall.domain].name
      guard shortfall.tokens > 0 || allowEmpty else {
        throw TokenizationError.domain(
          name,
          problem: "\(shortfall.problem); raise --held-out-share, or give the domain more text")
      }
      common.note("\(tool.name): domain \(name): \(shortfall.problem)")
    }
    return .plan(plan)
  }

  /// The options of a builder, with the flags that provenance says, but no folder.
  package func options(_ rule: SplitRule) -> ShardBuilder.Options {
    var options = ShardBuilder.Options(rule: rule, tokensPerShard: shardTokens)
    (options.duplicates, options.allowsEmpty) = (deduplicate, allowEmpty)
    options.flags = [
      "shard-tokens": "\(shardTokens)", "deduplicate": deduplicate?.rawValue ?? "false",
    ]
    switch rule {
    case .fractions(let splitter):
      options.flags["validation-fraction"] = "\(splitter.validationFraction)"
      options.flags["test-fraction"] = "\(splitter.testFraction)"
    case .plan:
      options.flags["validation-tokens"] = "\(validationTokens)"
      options.flags["test-tokens"] = "\(testTokens)"
      options.flags["held-out-share"] = "\(heldOutShare)"
    }
    return options
  }
}

extension Duplicates: ExpressibleByArgument {}
