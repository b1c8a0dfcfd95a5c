import Testing

@testable import Reporting

/// Quantiles of Student's t at 0.95: 2.920 for 2 degrees of freedom, 2.132 for 4.
struct MeasuredGainsTests {
  @Test func `few seeds have Student's intervals`() {
    let runs = MeasuredMean(mean: 5, standardError: 0.01, seeds: 3)
    #expect(abs(runs.radius - 0.0292) < 1e-5)
    let documents = MeasuredMean(mean: 5, standardError: 0.01, seeds: 1)
    #expect(abs(documents.radius - 0.01645) < 1e-5)
  }

  @Test func `a gain over seeds that spread alike has the freedom of both`() {
    let ours = MeasuredMean(mean: 5, standardError: 0.01, seeds: 3)
    let other = MeasuredMean(mean: 5.2, standardError: 0.01, seeds: 3)
    let (nats, radius) = ours.gain(over: other)
    #expect(abs(nats - 0.2) < 1e-12)
    #expect(abs(radius - 2.132 * 2.0.squareRoot() * 0.01) < 1e-5)
  }

  @Test func `a gain over seeds that agree has the freedom of one`() {
    let ours = MeasuredMean(mean: 5, standardError: 0.01, seeds: 3)
    let other = MeasuredMean(mean: 4.9, standardError: 1e-9, seeds: 3)
    let (nats, radius) = ours.gain(over: other)
    #expect(abs(nats + 0.1) < 1e-12)
    #expect(abs(radius - 0.0292) < 1e-4)
  }

  @Test func `a difference inside its interval is noise`() {
    #expect(MeasuredGain(against: "natural", nats: -0.1, radius: 0.11).isWithinNoise)
    #expect(!MeasuredGain(against: "natural", nats: -0.1, radius: 0.09).isWithinNoise)
  }
}
