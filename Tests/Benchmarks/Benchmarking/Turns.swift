import Foundation
import Storage

/// Our work and the peer's, one after the other, again and again: what slows the machine slows
/// both.
package final class Turns {
  private let work: String
  private let threads: Int
  private let command: [String]
  private var name: String?
  private var ours: [Double] = []
  private var theirs: [Double] = []
  /// The processor seconds of all threads in each turn: what is left of a measurement on a machine
  /// that is not idle.
  private var processors: [Double] = []
  private var result = 0

  /// The pairs of turns, after one that is not counted, or fewer once they took so many seconds.
  private static let (rounds, secondsAtMost, fewest) = (7, 60.0, 3)

  /// Prepares the turns; the peer starts with the first.
  ///
  /// - Parameter work: The name of the work and its arguments, which the peer gets too.
  package init(work: [String], peer: [String], threads: Int) {
    (self.work, self.threads) = (work[0], threads)
    command = peer.isEmpty ? [] : peer + work
  }

  /// Takes the turns.
  ///
  /// - Parameters:
  ///   - tolerance: The distance that the two results may have; asked after each turn.
  ///   - body: The work, done once; it gives a number that the peer has to find as well.
  package func run(
    tolerance: @autoclosure () -> Int = 0, _ body: () throws -> Int
  ) throws {
    let peer = command.isEmpty ? nil : try Peer(command)
    name = peer?.greeting
    let begin = ContinuousClock.now
    for round in 0...Self.rounds {
      let before = processorSeconds()
      let time = try seconds { result = try body() }
      let processor = processorSeconds() - before
      // Seconds, and what it found.
      let answer = try peer?.numbers(count: 2)
      if let answer, abs(Int(answer[1]) - result) > tolerance() {
        throw FileError.content(
          path: work, problem: "\(name ?? "the peer") found \(Int(answer[1])), this \(result)")
      }
      if round == 0 { continue }
      ours.append(time)
      processors.append(processor)
      if let answer { theirs.append(answer[0]) }
      let elapsed = (ContinuousClock.now - begin) / .seconds(1)
      if round >= Self.fewest, elapsed > Self.secondsAtMost { break }
    }
  }

  /// Prints the line; `bytes` of text or JSON were worked on in a turn.
  package func report(bytes: Int) {
    report(amount: bytes, of: "bytes", speed: "megabytes_per_second", unit: 1e6)
  }

  /// Prints the line of `amount` things; the speed is of `unit` of them.
  package func report(
    amount: Int, of things: String, speed name: String, unit: Double = 1, more: [String] = []
  ) {
    func speed(_ seconds: [Double]) -> String { short(Double(amount) / unit / median(seconds)) }
    var fields =
      [
        "\"work\":\"\(work)\"", "\"threads\":\(threads)", "\"\(things)\":\(amount)",
        "\"result\":\(result)", "\"runs\":\(ours.count)", "\"\(name)\":\(speed(ours))",
        "\"seconds\":\(short(median(ours)))",
        "\"processor_seconds\":\(short(median(processors)))",
      ] + more
    if let peer = self.name {
      let ratios = zip(ours, theirs).map { $1 / $0 }
      fields += [
        "\"peer\":\"\(peer)\"", "\"peer_\(name)\":\(speed(theirs))",
        "\"peer_seconds\":\(short(median(theirs)))",
        "\"ratio\":\(short(median(ratios)))", "\"least\":\(short(ratios.min() ?? .nan))",
        "\"most\":\(short(ratios.max() ?? .nan))",
      ]
    }
    print("{\(fields.joined(separator: ","))}")
  }
}

/// The seconds that `body` takes.
package func seconds(_ body: () throws -> Void) rethrows -> Double {
  let start = ContinuousClock.now
  try body()
  return (ContinuousClock.now - start) / .seconds(1)
}

/// The value with four digits.
package func short(_ value: Double) -> String { String(format: "%.4g", value) }
