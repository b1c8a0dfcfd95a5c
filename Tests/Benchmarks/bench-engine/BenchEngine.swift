import ArgumentParser
import Benchmarking
import CPeak
import Foundation
import Kernels
import Parallel
import Storage
import ToolKit
import Transformer

@main
struct BenchEngine: Tool {
  static let configuration = CommandConfiguration(
    commandName: "bench-engine",
    abstract: "Speed of training and scoring, beside a peer's measured in turns.",
    discussion: """
      Writes one line of JSON: medians over the rounds. The limit is what the CPU's multiply-add \\
      instructions of that precision reach on all threads without memory, before or after each \
      measurement.

      Example: bench-engine train S --peer 'python3 Tests/Peers/torch_peer.py'
      """,
    version: projectVersion)

  @Argument(help: "train or score.") var work: SyntheticWork.Kind
  @Argument(help: "S, M or L.") var configuration: Configuration
  @Option(help: "Seconds of one measurement.") var seconds = 2.0
  @Option(help: "Measurements.") var rounds = 5
  @Option(
    help: """
      Command that measures the same work; WORK, CONFIG, THREADS and PRECISION, auto, f32 or bf16, \
      are appended.
      """)
  var peer: String?
  @OptionGroup var precision: PrecisionOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard seconds > 0, rounds > 0 else {
      throw ValidationError("--seconds and --rounds must be positive")
    }
  }

  private struct Result: Encodable {
    var work: String
    var config: String
    var precision: String
    var threads: Int
    var tokens_per_second: Double
    /// The tokens per second of processor time of all threads together.
    ///
    /// It is what is left of a measurement on a machine that is not idle.
    var tokens_per_processor_second: Double
    var gflops: Double
    var limit_gflops: Double
    var share_of_limit: Double
    var peak_mib: Int
    var peer_tokens_per_second: Double?
    var ratio: Double?
    var least: Double?
    var most: Double?
  }

  func run() throws {
    let pool = WorkerPool(threads: common.threadCount)
    let asked = self.precision.asked
    let precision = precision.chosen
    let command = peer.map {
      $0.split(separator: " ").map(String.init)
        + [work.rawValue, configuration.rawValue, "\(pool.threads)", asked]
    }
    let peer = try command.map { try Peer($0) }
    var workload = SyntheticWork(
      work, configuration.model, sequences: configuration.batch, precision: precision, pool: pool)
    workload.run()
    let operations =
      (work == .train ? 3 : 1) * Double(configuration.model.forwardOperations) / 1e9
    var (rates, limits, peers): ([Double], [Double], [Double]) = ([], [], [])
    var (shares, processorRates): ([Double], [Double]) = ([], [])
    for _ in 0..<rounds {
      let limitBefore = limit(precision, pool)
      let (start, before) = (ContinuousClock.now, processorSeconds())
      rates.append(workload.rate(seconds: seconds))
      let elapsed = (ContinuousClock.now - start) / .seconds(1)
      processorRates.append(rates[rates.count - 1] * elapsed / (processorSeconds() - before))
      limits.append(max(limitBefore, limit(precision, pool)))
      shares.append(rates[rates.count - 1] * operations / limits[limits.count - 1])
      if let peer { peers += try peer.numbers("\(seconds)", count: 1) }
    }
    let ratios = zip(rates, peers).map { $0 / $1 }
    let result = Result(
      work: work.rawValue, config: configuration.rawValue, precision: precision.rawValue,
      threads: pool.threads, tokens_per_second: median(rates).rounded(),
      tokens_per_processor_second: median(processorRates).rounded(),
      gflops: rounded(median(rates) * operations),
      limit_gflops: rounded(median(limits)), share_of_limit: rounded(median(shares)),
      peak_mib: peakBytes() >> 20,
      peer_tokens_per_second: peers.isEmpty ? nil : median(peers).rounded(),
      // Of neighbours in time: what else the machine does slows both.
      ratio: ratios.isEmpty ? nil : rounded(median(ratios)), least: ratios.min().map(rounded),
      most: ratios.max().map(rounded))
    let output = try LineWriter(common.output)
    try output.write(JSON.encode(result))
    try output.commit()
  }

  /// The operations per second of all threads together, in 10⁹.
  private func limit(_ precision: Precision, _ pool: WorkerPool) -> Double {
    let rounds: Int64 = 40_000_000
    let start = ContinuousClock.now
    pool.run(tasks: pool.threads) { _, _ in
      let total = precision == .float32 ? peak_float32(rounds) : peak_bfloat16(rounds)
      precondition(total.isFinite)
    }
    let operations =
      Double(rounds) * Double(pool.threads)
      * Double(precision == .float32 ? peak_float32_operations : peak_bfloat16_operations)
    return operations / ((ContinuousClock.now - start) / .seconds(1)) / 1e9
  }
}

/// The value rounded to three decimals below 10, otherwise to one.
private func rounded(_ value: Double) -> Double {
  value < 10 ? (value * 1000).rounded() / 1000 : (value * 10).rounded() / 10
}
