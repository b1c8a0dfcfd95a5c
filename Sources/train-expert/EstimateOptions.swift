import ArgumentParser
import Formats
import Foundation
import Kernels
import Parallel
import Storage
import ToolKit
import Transformer

/// The flags that ask what a run would take and be, without running it.
struct EstimateOptions: ParsableArguments {
  @Flag(help: "Print what the run would take, as one line of JSON, and do nothing else.")
  var estimate = false
  @Option(
    name: [.long, .customLong("vocabulary")],
    help: "With --estimate, instead of token folders: tokens of the vocabulary.")
  var vocabSize: Int?
  @Flag(
    help: "Print f32 or bf16, which is what --precision auto stands for here, and do nothing else.")
  var showPrecision = false

  /// Whether nothing is trained.
  var isQuestion: Bool { estimate || showPrecision }

  func validate() throws {
    guard vocabSize ?? 2 > 1 else { throw ValidationError("--vocab-size must be at least 2") }
    guard estimate || vocabSize == nil else {
      throw ValidationError("--vocab-size belongs to --estimate")
    }
  }

  private struct Line: Encodable {
    var parameters: Int
    var steps: Int
    var tokensPerStep: Int
    var tokens: Int
    var flop: Double
    var parameterGiB: Double
    var activationGiB: Double
    var precision: String
    var threads: Int
    var measuredGFLOPS: Double
    var hours: Double
  }

  /// Measures the speed for some seconds, then writes the estimate as a line of JSON.
  ///
  /// - Throws: `FileError` if it cannot be written.
  func write(
    _ config: ModelConfig, _ options: Trainer.Options, precision: Precision, common: CommonOptions
  ) throws {
    let estimate = TrainingEstimate(config, options, precision: precision)
    let pool = WorkerPool(threads: common.threadCount)
    let seconds = estimate.seconds(pool)
    /// The value rounded to four digits.
    func rounded(_ value: Double) -> Double {
      let unit = pow(10, 3 - floor(log10(value)))
      return (value * unit).rounded() / unit
    }
    func gibibytes(_ bytes: Int) -> Double { rounded(Double(bytes) / Double(1 << 30)) }
    let line = Line(
      parameters: estimate.parameters, steps: options.steps,
      tokensPerStep: estimate.tokensPerStep, tokens: estimate.tokens, flop: estimate.operations,
      parameterGiB: gibibytes(estimate.parameterBytes),
      activationGiB: gibibytes(estimate.activationBytes), precision: precision.rawValue,
      threads: pool.threads, measuredGFLOPS: rounded(estimate.operations / seconds / 1e9),
      hours: rounded(seconds / 3600))
    try replaceFile(common.output, bytes: JSON.encode(line) + [UInt8(ascii: "\n")])
  }
}
