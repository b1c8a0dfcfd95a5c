/// A sign that the minimum of the MDE losses may be a bad mixture, with the figure that gives it.
package struct ExpertsWarning: Codable, Equatable, Sendable {
  /// The check that a warning comes from, by its name in files.
  package enum Kind: String, Codable, CaseIterable, Sendable {
    /// The expert read its domain's data many times.
    case repeatedData = "repeated-data"
    /// Another expert is better on the validation set of the expert's own domain.
    case beatenExpert = "beaten-expert"
    /// The other experts know nothing of the domain's validation set.
    case isolatedDomain = "isolated-domain"
    /// A trained run is better than the mixture of the experts with its weights.
    case belowExperts = "below-experts"
  }

  package let kind: Kind
  /// The domain or run that it is about.
  package let subject: String
  package let value: Double
  /// The limit that `value` is beyond.
  package let limit: Double
  /// The sentence for a person, without a full stop.
  package let message: String

  package init(kind: Kind, subject: String, value: Double, limit: Double, message: String) {
    (self.kind, self.subject, self.value) = (kind, subject, value)
    (self.limit, self.message) = (limit, message)
  }
}
