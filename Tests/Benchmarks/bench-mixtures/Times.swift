import Benchmarking
import Foundation

/// How long some work takes, in seconds.
struct Times {
  /// Sorted.
  let runs: [Double]
  /// Of the peer, in the order of the runs.
  private(set) var peers: [Double] = []
  /// The peer's time in parts of ours, of neighbours in time: what else the machine does slows both.
  private(set) var ratio: Double?
  /// Of all threads together, a run: what is left of a measurement on a machine that is not idle.
  let processors: Double

  var median: Double { runs[runs.count / 2] }

  /// - Parameter peer: works in turns with `body`, and answers with its seconds.
  init(runs count: Int, peer: Peer? = nil, _ body: () throws -> Void) throws {
    var (times, processors) = ([Double](), 0.0)
    for _ in 0..<count {
      let (start, before) = (ContinuousClock.now, processorSeconds())
      try body()
      times.append((ContinuousClock.now - start) / .seconds(1))
      processors += processorSeconds() - before
      if let peer { peers += try peer.numbers(count: 1) }
    }
    if !peers.isEmpty { ratio = Benchmarking.median(zip(times, peers).map { $1 / $0 }) }
    (runs, self.processors) = (times.sorted(), processors / Double(count))
  }
}

func line(_ work: String, _ times: Times, _ rest: [String]) -> String {
  let fields = [
    "\"work\":\"\(work)\"", "\"seconds\":\(short(times.median))",
    "\"least_seconds\":\(short(times.runs.first ?? .nan))",
    "\"most_seconds\":\(short(times.runs.last ?? .nan))",
    "\"processor_seconds\":\(short(times.processors))",
  ]
  return "{\((fields + rest).joined(separator: ","))}"
}

/// Four digits.
func short(_ value: Double) -> String { String(format: "%.4g", value) }
