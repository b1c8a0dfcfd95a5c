/// What an evaluation set is for, where its name does not tell.
package enum EvaluationKind: String, Codable, Sendable {
  /// Text that a model is to be good at, and that no domain is made of.
  case target
}
