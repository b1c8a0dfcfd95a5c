/// A part of the documents: to learn from, to watch meanwhile, or to keep for the end.
package enum Split: String, CaseIterable, Sendable { case train, validation, test }

/// A rule that splits documents by a hash of their text.
///
/// A document stays in its split whatever comes with it.
package struct Splitter: Sendable {
  package let validationFraction: Double
  package let testFraction: Double

  package init(validationFraction: Double, testFraction: Double) {
    precondition(
      validationFraction >= 0 && testFraction >= 0 && validationFraction + testFraction < 1)
    (self.validationFraction, self.testFraction) = (validationFraction, testFraction)
  }

  /// The split of a text with this SHA-256.
  ///
  /// The first 53 bits of the digest are a fraction u of 1. The split is test if u is below the
  /// test fraction, else validation if u is below the sum of both fractions, else train.
  package func split(digest: [UInt8]) -> Split {
    let bits = digest.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let u = Double(bits >> 11) * 0x1p-53
    if u < testFraction { return .test }
    return u < testFraction + validationFraction ? .validation : .train
  }

  /// Whether the rule puts any documents into `split`.
  func hasDocuments(_ split: Split) -> Bool {
    switch split {
    case .train: true
    case .validation: validationFraction > 0
    case .test: testFraction > 0
    }
  }
}

/// How a corpus is divided: by the hash of each document alone, or as a survey of it planned.
package enum SplitRule: Sendable {
  case fractions(Splitter)
  case plan(HeldOutPlan)

  var plan: HeldOutPlan? { if case .plan(let plan) = self { plan } else { nil } }

  /// Whether the rule puts any documents into `split`.
  func hasDocuments(_ split: Split) -> Bool {
    switch self {
    case .fractions(let splitter): splitter.hasDocuments(split)
    case .plan(let plan): split == .train || plan.amounts.tokens(split) > 0
    }
  }

  /// What to change where `split` is empty.
  func remedy(_ split: Split) -> String {
    switch self {
    case .fractions: "raise --\(split.rawValue)-fraction"
    case .plan: "raise --held-out-share"
    }
  }
}
