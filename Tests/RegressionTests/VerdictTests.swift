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
}
