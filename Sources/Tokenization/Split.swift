/// Which documents are learned from, which are watched meanwhile, and which are kept for the end.
package enum Split: String, CaseIterable, Sendable { case train, validation, test }

/// Splits documents by a hash of their text, so that a document stays where it is whatever comes with it.
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
  /// Its first 53 bits are a fraction u of 1: test if u < test fraction, validation if u < both together.
  package func split(digest: [UInt8]) -> Split {
    let bits = digest.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let u = Double(bits >> 11) * 0x1p-53
    if u < testFraction { return .test }
    return u < testFraction + validationFraction ? .validation : .train
  }

  func hasDocuments(_ split: Split) -> Bool {
    switch split {
    case .train: true
    case .validation: validationFraction > 0
    case .test: testFraction > 0
    }
  }
}
