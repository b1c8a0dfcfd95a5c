extension Proposal {
  /// A bound on a loss, as it is at the proposal.
  package struct Guard: Codable, Equatable, Sendable {
    /// The guard as it was asked for: `Github <= natural + 0.02`.
    package var text: String
    /// The loss on the left side in nats per token: predicted, or the MDE loss if that is
    /// minimised.
    package var left: Double
    /// The right side in nats per token.
    package var right: Double
    /// What the errors of predictions take from the room, in nats per token; absent without
    /// `confidence`.
    package var margin: Double?
    /// The probability with which the guard holds for one run of each mixture; absent where the
    /// predictions count.
    package var confidence: Double?
    /// The room that is left, in nats per token, margin taken off.
    package var slack: Double
    package var isBinding: Bool
    /// The change of the objective in nats per token for 0.01 nats of slack; absent where the guard
    /// does not bind, or the objective has no slopes.
    package var price: Double?
    /// Whether the mixtures that keep the guard are known to be a convex set.
    package var isConvex: Bool

    package init(
      text: String, left: Double, right: Double, margin: Double?, confidence: Double?,
      slack: Double, isBinding: Bool, price: Double?, isConvex: Bool
    ) {
      (self.text, self.left, self.right) = (text, left, right)
      (self.margin, self.confidence, self.slack) = (margin, confidence, slack)
      (self.isBinding, self.price, self.isConvex) = (isBinding, price, isConvex)
    }
  }

  /// Whether no mixture that keeps the guards is better by more than the certificate's gap.
  package var isProvenUnderGuards: Bool { minimized == .mde && guards.allSatisfy(\.isConvex) }
}
