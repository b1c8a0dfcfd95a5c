import ArgumentParser
import Regression
import Storage
import Tasks
import ToolKit

/// The options that say how predictions are scored.
struct ScoringOptions: ParsableArguments {
  @Option(
    help: .init(
      "Folds; by default each mixture alone, from \(Self.manyRuns) runs on ten folds.",
      valueName: "count"))
  var folds: Int?
  @Option(help: "How often the folds are drawn anew.") var repeats = 1
  @Option(
    parsing: .upToNextOption,
    help: .init("Runs to score on that nothing is fitted to.", valueName: "path"))
  var test: [String] = []
  @Option(
    help: .init(
      "Also compare all families in depth, and write it as JSON lines.", valueName: "file"))
  var audit: String?
  @Option(
    parsing: .upToNextOption,
    help: .init(
      "Runs of the audit's learning curve, with coverage at each; by default a third, a half and "
        + "more, with coverage at the most.", valueName: "count"))
  var learningRuns: [Int] = []
  @Option(help: "Random subsets for each of them.") var draws = 20

  private static let manyRuns = 65

  func validate() throws {
    guard folds ?? 2 >= 2, repeats >= 1, draws >= 1, learningRuns.allSatisfy({ $0 >= 1 }) else {
      throw ValidationError(
        "--folds must be at least 2, --learning-runs, --repeats and --draws at least 1")
    }
    guard repeats == 1 || folds != nil else { throw ValidationError("--repeats needs --folds") }
    if audit == nil, !test.isEmpty || !learningRuns.isEmpty {
      throw ValidationError("--test and --learning-runs need --audit")
    }
  }

  func folds(_ data: RegressionData, seed: UInt64) -> Folds {
    if folds == nil, data.count < Self.manyRuns { return .leaveOneOut(data) }
    return .random(data, count: folds ?? 10, repeats: repeats, seed: seed)
  }

  /// Returns the sizes of the learning curve: those of the flag, or a third, a half and three
  /// quarters of the runs, with all of them where others are held out.
  func sizes(_ data: RegressionData) -> [Int] {
    let count = data.count
    let sizes = learningRuns.isEmpty ? [count / 3, count / 2, count * 3 / 4] : learningRuns
    let possible = Set(
      sizes.filter { $0 >= RegressionData.fewestRuns && ($0 < count || !test.isEmpty) })
    return (test.isEmpty || !learningRuns.isEmpty ? possible : possible.union([count])).sorted()
  }

  /// Returns those of `sizes` at which coverage is measured: all that the flag names, or the last.
  func covered(_ sizes: [Int]) -> [Int] { learningRuns.isEmpty ? Array(sizes.suffix(1)) : sizes }

  var flags: [String: String] {
    [
      "folds": folds.map { "\($0)" } ?? "", "repeats": repeats == 1 ? "" : "\(repeats)",
      "learning-runs": learningRuns.map { "\($0)" }.joined(separator: " "),
      "draws": draws == 20 ? "" : "\(draws)",
    ].filter { !$0.value.isEmpty }
  }
}
