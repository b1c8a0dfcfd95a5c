import ArgumentParser
import Storage

/// How often a resume point is saved: `500` steps, `10min`, or `0` for never.
enum SaveInterval: ExpressibleByArgument, CustomStringConvertible {
  case steps(Int)
  case minutes(Double)

  init?(argument: String) {
    if argument.hasSuffix("min"), let minutes = decimal(argument.dropLast(3)),
      minutes > 0, minutes < 1e9
    {
      self = .minutes(minutes)
    } else if let steps = Int(argument), steps >= 0 {
      self = .steps(steps)
    } else {
      return nil
    }
  }

  var description: String {
    switch self {
    case .steps(let steps): "\(steps)"
    case .minutes(let minutes):
      "\(minutes == minutes.rounded() ? "\(Int(minutes))" : "\(minutes)")min"
    }
  }

  /// The schedule of a run that starts now.
  func schedule() -> SaveSchedule { SaveSchedule(interval: self) }
}

/// The schedule that says after which steps a resume point is due.
struct SaveSchedule {
  let interval: SaveInterval
  private let clock = ContinuousClock()
  private var last = ContinuousClock.now

  init(interval: SaveInterval) { self.interval = interval }

  /// Whether a resume point is due after a step; if so, the next interval starts.
  mutating func isDue(after step: Int) -> Bool {
    switch interval {
    case .steps(0): return false
    case .steps(let steps): return step % steps == 0
    case .minutes(let minutes):
      guard clock.now - last >= .seconds(60 * minutes) else { return false }
      last = clock.now
      return true
    }
  }
}
