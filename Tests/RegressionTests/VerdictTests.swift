import Regression
import TestSupport
import Testing

struct VerdictTests {
  @Test func `verdicts need a gain beyond the errors of differences`() throws {
    // Differences of these residuals: the shared 10 cancels.
    let error = try #require(PredictionError(residuals: (0..<20).map { 10 + 0.001 * Double($0) }))
    #expect(PredictionError(residuals: [1, .nan]) == nil)
    #expect(isClose(error.radius, 10.018, 1e-9) && error.differenceRadius < 0.02)
    #expect(error.verdict(3.0, against: 3.1, named: "natural").outcome == .better)
    #expect(error.verdict(3.0, against: 3.005, named: "natural").outcome == .same)
    // What a search gains by luck does not count.
    #expect(error.verdict(3.0, against: 3.1, named: "natural", curse: 0.09).outcome == .same)
    let worse = error.verdict(3.1, against: 3.0, named: "natural")
    #expect(worse.outcome == .worse && worse.gain < -0.09)
  }

  @Test func `without a run held out, intervals are what the family states`() throws {
    #expect(PredictionError(residuals: []) == nil)
    let stated = try #require(PredictionError(residuals: [.nan], stated: 0.5))
    // Student's 90 % radius of two degrees of freedom.
    #expect(isClose(stated.radius(deviation: 0.2), 0.2 * 2.91998558, 1e-7))
    #expect(stated.standardError == 0.5)
    let verdict = stated.verdict(3.0, against: 3.5, named: "natural", deviation: 0.1)
    #expect(verdict.outcome == .better && isClose(verdict.radius, 0.291998558, 1e-7))
  }

  @Test func `residuals in units of stated deviations outweigh what was stated`() throws {
    func radius(_ ratio: Double, _ count: Int) throws -> Double {
      try #require(
        PredictionError(
          residuals: (0..<count).map { $0 % 2 == 0 ? 0.1 * ratio : -0.1 * ratio },
          deviations: [Double](repeating: 0.1, count: count), stated: 0.1)
      ).radius
    }
    // (2 + 4 · 9) / 6 of the variance, and Student's of 6 degrees of freedom.
    #expect(isClose(try radius(3, 4), (38.0 / 6).squareRoot() * 1.94318028, 1e-6))
    #expect(isClose(try radius(0.5, 1000), 0.5 * 1.645, 5e-3))
  }

  @Test func `Student's radius equals scipy.stats.t.ppf`() {
    for (coverage, freedom, expected) in [
      (0.9, 1, 6.313751515), (0.9, 2, 2.919985580), (0.9, 3, 2.353363435), (0.9, 10, 1.812461123),
      (0.95, 7, 2.364624252), (0.99, 40, 2.704459267),
    ] {
      #expect(isClose(studentRadius(coverage: coverage, freedom: freedom), expected, 1e-8))
    }
  }
}
