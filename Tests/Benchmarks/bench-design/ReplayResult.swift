import Formats
import Foundation
import Regression

/// The mean regret of a design after each number of runs, over all replications.
struct ReplayResult {
  struct Line {
    let runs: Int
    let regret: MeanEstimate
    /// The mean of the regret that the regressor expected; nil if it states none.
    let expected: Double?
  }

  let design: String
  let lines: [Line]
  let replications: Int

  init(_ design: ReplayDesign, _ replications: [[Replay.Step]]) {
    self.design = "\(design)"
    self.replications = replications.count
    lines = (replications.first ?? []).indices.compactMap { s in
      let steps = replications.map { $0[s] }
      let expected = steps.compactMap(\.expected)
      return MeanEstimate(of: steps.map(\.regret)).map {
        Line(
          runs: steps[0].runs, regret: $0,
          expected: expected.count == steps.count ? MeanEstimate(of: expected)?.mean : nil)
      }
    }
  }

  /// Returns the fewest runs from which on no line is above `regret`; nil if the last one is.
  func runs(toReach regret: Double) -> Int? {
    var fewest: Int?
    for line in lines.reversed() {
      guard line.regret.mean <= regret else { break }
      fewest = line.runs
    }
    return fewest
  }
}

extension ReplayResult.Line {
  /// Half of the width of the 90 % interval of the mean, of a normal distribution.
  var halfWidth: Double { 1.645 * (regret.standardError ?? 0) }

  var text: String {
    String(format: "%.4f ± %.4f", regret.mean, halfWidth)
  }
}

extension ReplayResult {
  /// The result as lines of JSON, without the last line break.
  func json(objective: String, mixtures: Int) -> String {
    lines.map { line in
      let fields = [
        "\"objective\":\"\(objective)\"", "\"mixtures\":\(mixtures)", "\"design\":\"\(design)\"",
        "\"runs\":\(line.runs)", "\"replications\":\(replications)",
        "\"regret\":\(String(format: "%.6f", line.regret.mean))",
        "\"low\":\(String(format: "%.6f", line.regret.mean - line.halfWidth))",
        "\"high\":\(String(format: "%.6f", line.regret.mean + line.halfWidth))",
      ]
      let expected = line.expected.map { ["\"expected\":\(String(format: "%.6f", $0))"] } ?? []
      return "{\((fields + expected).joined(separator: ","))}"
    }.joined(separator: "\n")
  }

  /// The table of several designs in Markdown, with the runs that each takes to reach `target`.
  static func table(_ results: [ReplayResult], sizes: [Int], target: Double?) -> String {
    let head: [String] = ["design"] + sizes.map { "\($0)" } + ["runs needed"]
    let rows = results.map { result -> [String] in
      let regrets = sizes.map { size in result.lines.first { $0.runs == size }?.text ?? "" }
      let needed = target.flatMap { result.runs(toReach: $0) }.map { "\($0)" } ?? "–"
      return [result.design] + regrets + [needed]
    }
    let lines = [head, head.map { _ in "---" }] + rows
    return lines.map { "| \($0.joined(separator: " | ")) |" }.joined(separator: "\n")
  }
}
