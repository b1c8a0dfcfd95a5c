/// The answer to whether a proposal is predicted to be better than another mixture.
package struct Verdict: Codable, Equatable, Sendable {
  package enum Outcome: String, Codable, Sendable { case better, worse, same }
  /// The other mixture's id.
  package var against: String
  package var outcome: Outcome
  /// The amount by which the proposal's objective is expected to be lower, in nats per token.
  package var gain: Double
  /// The radius that holds 90 % of the errors of such differences, in nats per token.
  package var radius: Double

  /// Judges a gain by the error of such gains: `same` unless the gain is larger than the error.
  package init(against: String, gain: Double, radius: Double) {
    (self.against, self.gain, self.radius) = (against, gain, radius)
    outcome = gain > radius ? .better : -gain > radius ? .worse : .same
  }
}
