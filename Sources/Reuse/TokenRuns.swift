import Parallel

/// Runs of 16 tokens of documents, of which one in `every` is looked at, told by its hash.
///
/// Text is found again by its runs wherever documents were cut, held out or moved. The hash h of
/// t₀ … t₁₅ is Σ tᵢ B^(15−i) modulo 2⁶⁴, which rolls from one token to the next, then mixed as in
/// SplitMix64. A document that is shorter is one run.
struct TokenRuns {
  static let length = 16
  /// One in so many runs is looked at.
  let every: UInt64

  private static let base: UInt64 = 0x9E37_79B9_7F4A_7C15
  private static let oldest: UInt64 = (0..<length).reduce(1) { power, _ in power &* base }

  /// Calls `body` with the hash of each run of `document` that is looked at.
  func forEach(in document: ArraySlice<Int32>, _ body: (UInt64) -> Void) {
    var hash: UInt64 = 0
    for (count, index) in document.indices.enumerated() {
      hash = hash &* Self.base &+ Self.value(document[index])
      if count >= Self.length {
        hash = hash &- Self.oldest &* Self.value(document[index - Self.length])
      }
      if count >= Self.length - 1 { look(at: hash, body) }
    }
    if !document.isEmpty && document.count < Self.length { look(at: hash, body) }
  }

  private func look(at hash: UInt64, _ body: (UInt64) -> Void) {
    let spread = mixed(hash)
    if spread % every == 0 { body(spread) }
  }

  private static func value(_ token: Int32) -> UInt64 { UInt64(UInt32(bitPattern: token)) &+ 1 }
}
