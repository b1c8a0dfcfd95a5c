import CMixtures
import Parallel

/// Two kernels of more than `MixtureKernel.few` experts, which share the loads of probabilities.
///
/// The limit is that of multiplications, one for each token, expert and mixture, 32 in a cycle
/// where a core multiplies two vectors of 16. An expert's weights, 128 bytes, come from the second
/// level once for 32 tokens, so they are read at 4 bytes for each token where the cache gives 64 in
/// a cycle. What 32 tokens have of a thousand experts, 128 KiB, stays in the second level while all
/// mixtures of a group go over it. The sums are the same bits as of the kernels alone.
struct KernelPair: Sendable {
  private let kernels: (MixtureKernel, MixtureKernel)
  /// The experts that have weight in some mixture; nil for all.
  private let used: [Int32]?
  /// The weights of both kernels side by side, of those experts.
  private let weights: [SIMD16<Float>]

  /// The number of tokens that all pairs go over before the next.
  static func tokens(of experts: Int) -> Int { experts > 128 ? 32 : MixtureKernel.tokensInGroup }

  init(_ first: MixtureKernel, _ second: MixtureKernel) {
    kernels = (first, second)
    let all = first.weights.indices
    let used = all.filter {
      first.weights[$0] != SIMD16() || second.weights[$0] != SIMD16()
    }
    self.used = used.count == all.count ? nil : used.map(Int32.init)
    weights = used.flatMap { [first.weights[$0], second.weights[$0]] }
  }

  /// Adds the logarithms of up to `MixtureKernel.tokensInGroup` tokens to the sums of both kernels.
  func add(
    _ tokens: Range<Int>, of document: TokenTiles.Document, _ tiles: TokenTiles,
    to first: inout LogSum, _ second: inout LogSum
  ) {
    let start = (document.tile * TokenTiles.width + tokens.lowerBound) * tiles.experts
    let fours = Int64((tokens.count + 3) / 4)
    var products = [first.product, second.product]
    let done = unsafe tiles.probabilities.withUnsafeBufferPointer { tiles in
      guard let base = tiles.baseAddress else { return Int32(3) }
      return unsafe MixtureKernel.withFloats(of: weights) { w in
        unsafe multiply_mixed_pair(
          &products, base + start, Int64(kernels.0.weights.count), w, used,
          Int64(weights.count / 2), fours)
      }
    }
    (first.product, second.product) = (products[0], products[1])
    if done & 1 == 0 {
      kernels.0.add(tokens, of: document, tiles, to: &first, isTogetherTooSmall: true)
    }
    if done & 2 == 0 {
      kernels.1.add(tokens, of: document, tiles, to: &second, isTogetherTooSmall: true)
    }
  }
}
