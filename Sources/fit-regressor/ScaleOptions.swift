import ArgumentParser
import Mixtures
import ToolKit

/// The options that say of what scale runs are, and which one is predicted.
struct ScaleOptions: ParsableArguments {
  @Option(help: .init("Predict models of so many parameters, such as 1e9.", valueName: "count"))
  var targetParameters: Double?
  @Option(help: .init("Predict models that learned from so many tokens.", valueName: "count"))
  var targetTokens: Double?
  @Option(
    parsing: .upToNextOption,
    help: .init(
      "Parameters of the models of each table of --runs and then --test that does not tell, or of "
        + "all.", valueName: "count"))
  var parameters: [Double] = []
  @Option(
    parsing: .upToNextOption,
    help: .init("Tokens that they learned from, likewise.", valueName: "count"))
  var tokens: [Double] = []
  @Option(help: .init("Column of parameters in .csv files.", valueName: "title"))
  var parametersColumn = "parameters"
  @Option(help: .init("Column of tokens in .csv files.", valueName: "title"))
  var tokensColumn = "tokens"

  /// The largest count: a Double above it is no whole number any more.
  private static let largest = 9e15

  func validate() throws {
    guard (targetParameters == nil) == (targetTokens == nil) else {
      throw ValidationError("--target-parameters and --target-tokens are given together")
    }
    let counts = [targetParameters, targetTokens].compactMap(\.self) + parameters + tokens
    guard counts.allSatisfy({ $0 >= 1 && $0 <= Self.largest }) else {
      throw ValidationError(
        "--target-parameters, --target-tokens, --parameters and --tokens are counts above 0")
    }
    for (flag, count) in [
      ("--target-parameters", targetParameters), ("--target-tokens", targetTokens),
    ] {
      guard let count, count < ModelScale.least else { continue }
      throw ValidationError(
        "\(flag) is \(ModelScale.short(count)), too few for a language model; give a count, such "
          + "as 1e9, not millions or billions")
    }
    guard parametersColumn != tokensColumn else {
      throw ValidationError("--parameters-column and --tokens-column are the same")
    }
  }

  var target: ModelScale? {
    guard let targetParameters, let targetTokens else { return nil }
    return ModelScale(parameters: targetParameters, tokens: targetTokens)
  }

  /// Returns the runs of the tables with the scales that flags give them.
  ///
  /// - Throws: `UsageError` if a flag has another number of counts than there are tables, or 1.
  func scaled(_ tables: [[ObservedRun]], test: [[ObservedRun]]) throws -> (
    runs: [ObservedRun], test: [ObservedRun]
  ) {
    let count = tables.count + test.count
    for (flag, counts) in [("--parameters", parameters), ("--tokens", tokens)]
    where counts.count > 1 && counts.count != count {
      throw UsageError(
        "\(flag) gives \(counts.count) counts for \(count) tables of runs; give one, or one "
          + "for each, of which weights and their losses in two .csv files are one")
    }
    func at(_ counts: [Double], _ table: Int) -> Double? {
      counts.count > 1 ? counts[table] : counts.first
    }
    let all = (tables + test).enumerated().map { table, runs in
      runs.map {
        $0.scaled(parameters: at(parameters, table).map { Int($0) }, tokens: at(tokens, table))
      }
    }
    return (Array(all[..<tables.count].joined()), Array(all[tables.count...].joined()))
  }

  var flags: [String: String] {
    func text(_ counts: [Double]) -> String { counts.map { "\($0)" }.joined(separator: " ") }
    return [
      "target-parameters": text([targetParameters].compactMap(\.self)),
      "target-tokens": text([targetTokens].compactMap(\.self)), "parameters": text(parameters),
      "tokens": text(tokens),
      "parameters-column": parametersColumn == "parameters" ? "" : parametersColumn,
      "tokens-column": tokensColumn == "tokens" ? "" : tokensColumn,
    ].filter { !$0.value.isEmpty }
  }
}
