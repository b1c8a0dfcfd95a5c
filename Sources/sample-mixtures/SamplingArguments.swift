import ArgumentParser
import Storage

/// What becomes of a domain that the base does not name.
enum Absent: String, ExpressibleByArgument, CaseIterable { case refuse, zero }

/// A range of concentrations, written as `low:high`.
struct ConcentrationRange: ExpressibleByArgument, CustomStringConvertible {
  /// With less, gamma variates underflow to nothing for every domain.
  static let least = 1e-9

  let range: ClosedRange<Double>
  init(_ range: ClosedRange<Double>) { self.range = range }
  init?(argument: String) {
    let bounds = argument.split(separator: ":").compactMap { decimal($0) }
    guard bounds.count == 2, Self.least <= bounds[0], bounds[0] <= bounds[1]
    else {
      return nil
    }
    range = bounds[0]...bounds[1]
  }
  var description: String { "\(range.lowerBound):\(range.upperBound)" }
  var defaultValueDescription: String { description }
}
