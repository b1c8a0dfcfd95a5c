package import ArgumentParser

/// The flags that say which questions of a task are for testing, and which for validation.
///
/// The tools that split questions agree on it by these flags alone.
package struct QuestionSplitOptions: ParsableArguments {
  @Option(
    help: .init(
      "Share of a task's questions to test with; the others are for validation. Default: 0.5.",
      valueName: "share"))
  package var testFraction: Double?

  @Option(
    help: .init(
      "Keep so many questions of each split at most, by the hash of their text.",
      valueName: "count"))
  package var maxQuestions: Int?

  package init() {}

  /// The share of the questions to test with, by default one half.
  package var share: Double { testFraction ?? 0.5 }

  /// Checks the values of the flags.
  ///
  /// - Throws: `ValidationError` if one is out of range.
  package mutating func validate() throws {
    guard 0..<1 ~= share else {
      throw ValidationError("--test-fraction must be at least 0 and less than 1")
    }
    guard maxQuestions ?? 1 > 0 else { throw ValidationError("--max-questions must be positive") }
  }
}
