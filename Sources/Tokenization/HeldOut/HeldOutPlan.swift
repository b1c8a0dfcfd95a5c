/// What is held out of a corpus to validate and to test with: which parts of which texts.
///
/// A text is known by its hash, so the plan holds wherever in the corpus the text stands.
package struct HeldOutPlan: Sendable {
  /// A part of a text that goes into a split; what is in no piece is left out.
  package struct Piece: Equatable, Sendable {
    package let range: Range<Int>
    package let split: Split
  }

  /// What is held out of one domain.
  package struct Domain: Sendable {
    /// The pieces of the texts that are not learned from as a whole, by `textKey`.
    var pieces: [UInt128: [Piece]] = [:]
    /// What the held-out text shares with other text of the domain, if it was not written anew.
    var grams = WordGrams()
    /// The tokens held out, by split, those of each piece counted alone.
    package var tokens: [Split: Int] = [:]
    /// The bytes of the domain, and those that are in no piece of the texts held out in part.
    package var (bytes, bytesLeftOut) = (0, 0)
    package var documents = 0
  }

  /// How much is held out of each domain.
  package struct Amounts: Equatable, Sendable {
    /// The tokens to validate and to test with.
    package var (validation, test): (Int, Int)
    /// The largest share of a domain's bytes that is held out, for both together.
    package var share: Double

    package init(validation: Int, test: Int, share: Double) {
      (self.validation, self.test, self.share) = (validation, test, share)
    }

    func tokens(_ split: Split) -> Int {
      switch split {
      case .train: 0
      case .validation: validation
      case .test: test
      }
    }
  }

  package let amounts: Amounts
  package internal(set) var domains: [Domain]

  /// A split of a domain with fewer tokens than were asked for.
  package struct Shortfall: Sendable {
    package let domain: Int
    package let split: Split
    package let tokens: Int
    package let problem: String
  }

  /// The splits with fewer tokens than were asked for, of domains that have documents.
  package var shortfalls: [Shortfall] {
    domains.enumerated().flatMap { index, domain in
      [Split.validation, .test].compactMap { split in
        let (found, wanted) = (domain.tokens[split] ?? 0, amounts.tokens(split))
        guard found < wanted, domain.documents > 0 else { return nil }
        return Shortfall(
          domain: index, split: split, tokens: found,
          problem: "\(found) of the \(wanted) tokens wanted for \(split.rawValue): at most "
            + "\(amounts.share) of its \(domain.documents) documents, \(domain.bytes) bytes, is "
            + "held out")
      }
    }
  }

  /// The share of a text's runs of words that has to be in held-out text for the text to be left
  /// out of the training data.
  static let nearDuplicate = 0.5
}
