import ArgumentParser
import Formats
import Foundation
import Kernels
import Parallel
import Storage
import ToolKit
import Transformer

/// What a run would take, without running it.
struct EstimateOptions: ParsableArguments {
  @Flag(help: "Print what the run would take, as one line of JSON, and do nothing else.")
  var estimate = false
  @Option(help: "With --estimate, instead of token folders: tokens of the vocabulary.")
  var vocabulary: Int?

  func validate() throws {
    guard vocabulary ?? 2 > 1 else { throw ValidationError("--vocabulary must be at least 2") }
    guard estimate || vocabulary == nil else {
      throw ValidationError("--vocabulary belongs to --estimate")
    }
  }

  private struct Line: Encodable {
    var parameters: Int
    var steps: Int
    var tokens_per_step: Int
    var tokens: Int
    var flop: Double
    var parameter_gib: Double
    var activation_gib: Double
    var precision: String
    var threads: Int
    var measured_gflops: Double
    var hours: Double
  }

  /// Measures for some seconds, then writes the line.
  func write(
    _ config: ModelConfig, _ options: Trainer.Options, precision: Precision, common: CommonOptions
  ) throws {
    let estimate = TrainingEstimate(config, options, precision: precision)
    let pool = WorkerPool(threads: common.threadCount)
    let seconds = estimate.seconds(pool)
    /// To four digits.
    func rounded(_ value: Double) -> Double {
      let unit = pow(10, 3 - floor(log10(value)))
      return (value * unit).rounded() / unit
    }
    func gibibytes(_ bytes: Int) -> Double { rounded(Double(bytes) / Double(1 << 30)) }
    let line = Line(
      parameters: estimate.parameters, steps: options.steps,
      tokens_per_step: estimate.tokensPerStep, tokens: estimate.tokens, flop: estimate.operations,
      parameter_gib: gibibytes(estimate.parameterBytes),
      activation_gib: gibibytes(estimate.activationBytes), precision: precision.rawValue,
      threads: pool.threads, measured_gflops: rounded(estimate.operations / seconds / 1e9),
      hours: rounded(seconds / 3600))
    try replaceFile(common.output, bytes: JSON.encode(line) + [UInt8(ascii: "\n")])
  }
}
