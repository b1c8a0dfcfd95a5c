import Glibc

/// The worth of reading the same tokens E times, in times of as many tokens that are new.
///
/// It is E up to one epoch, then 1 + R* (1 − exp(−(E − 1)/R*)): each repeat is worth less than the
/// one before by exp(−1/R*), and all of them together never more than R*. So U tokens read E times,
/// D = U E in all, are as good as D′ = U · worth tokens read once (`effectiveTokens`). That many
/// repeats do harm is not in the formula.
/// Source: Muennighoff et al. 2023, arXiv:2305.16264, equation 5.
package struct RepeatedEpochs: Equatable, Sendable {
  /// R* as that paper fitted it for text, to models of up to 8.7B parameters.
  package static let publishedConstant = 15.387756

  /// The worth, at most E.
  package let worth: Double
  /// The derivative of `worth` by E, from 1 down to 0.
  package let slope: Double
  /// The second derivative of `worth` by E; at one epoch, where it jumps, that from below.
  package let bend: Double

  /// - Parameters:
  ///   - epochs: E, at least 0.
  ///   - constant: R*, above 0.
  package init(_ epochs: Double, constant: Double = Self.publishedConstant) {
    let repeats = max(0, epochs - 1)
    let decay = exp(-repeats / constant)
    worth = min(epochs, 1) + constant * (1 - decay)
    slope = decay
    bend = repeats > 0 ? -decay / constant : 0
  }
}

/// The number of tokens read once that are as good as `tokens` read from `unique` ones, which are
/// then repeated tokens / unique times: at most `tokens`, and less than unique · (1 + R*).
package func effectiveTokens(
  _ tokens: Double, unique: Double, constant: Double = RepeatedEpochs.publishedConstant
) -> Double {
  unique * RepeatedEpochs(tokens / unique, constant: constant).worth
}
