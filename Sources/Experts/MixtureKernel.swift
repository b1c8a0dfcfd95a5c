import CMixtures
import Glibc
import Kernels
import Parallel

/// The sums over tokens Σ_t log Σ_i w_i exp(ℓ_i(t)), for 16 mixtures at once.
///
/// The lanes of a vector are mixtures. The largest of a token's log-probabilities is subtracted
/// from all, so an expert's relative probability is in (0, 1] and one of them is 1. The mixed
/// probabilities of four tokens are multiplied into a product, whose exponent then moves into an
/// integer, so that a whole document takes one logarithm. Such a factor may be under 2⁻¹⁰⁰ for some
/// mixture, which gives nearly no weight to the experts that foresee the tokens. Then its group of
/// 128 tokens is done again token by token; and if one token alone is under 2⁻¹⁰⁰, the group is
/// done as by the reference.
///
/// The error is a sum, in units of 2⁻²⁴ nats a token:
///
///     1          the weights, rounded to Float
///     2          the relative probabilities, of any size, as their logarithms are differences
///                in twice the precision of Float; see `lanes_probability`
///     experts    the sum of as many products, whose terms are all positive; of more than 64, which
///                are added up in blocks, 64 and the number of blocks
///     1          the products over tokens, four roundings for four tokens
///     under ⅓    probabilities under 2⁻¹²⁶ of the largest, which count as 0, beside a sum of
///                2⁻¹⁰⁰ at least
///
/// Terms of second order are far below what these leave of the bound
///
///     (experts + 5) · 2⁻²⁴ nats a token       7.2·10⁻⁷ with seven experts
///     (64 + experts/64 + 6) · 2⁻²⁴            5.2·10⁻⁶ with 1024
///
/// where the number of a document's tokens is rounded up to a multiple of four. Sums are in double:
/// for n tokens they add at most 10⁻¹² + (n + 8) · 2⁻⁵³ · (Σ_t |max_i ℓ_i(t)| + the result) nats.
struct MixtureKernel: Sendable {
  static let lanes = 16
  /// The tokens whose products are in single precision together, or not.
  static let tokensInGroup = 8 * TokenTiles.width

  /// The mixtures by lane; unused lanes repeat the last one.
  private let mixtures: [[Double]]
  /// The weight of each expert, with one lane for each mixture.
  let weights: [SIMD16<Float>]
  /// The experts that have weight in some mixture, and their weights.
  private let used: [Int32]
  private let usedWeights: [SIMD16<Float>]
  /// The number of experts up to which all are mixed, in loops that are unrolled.
  static let few = 8

  /// Creates a kernel.
  ///
  /// - Parameter mixtures: The mixtures, 1 to 16, each one weight for each expert.
  init(_ mixtures: ArraySlice<[Double]>) {
    precondition((1...Self.lanes).contains(mixtures.count))
    let filled = (0..<Self.lanes).map {
      mixtures[min(mixtures.startIndex + $0, mixtures.endIndex - 1)]
    }
    self.mixtures = filled
    let weights = filled[0].indices.map { expert in
      var lanes = SIMD16<Float>()
      for lane in 0..<Self.lanes { lanes[lane] = Float(filled[lane][expert]) }
      return lanes
    }
    let used = weights.indices.filter { weights[$0] != SIMD16() }
    self.weights = weights
    self.used = used.map(Int32.init)
    usedWeights = used.map { weights[$0] }
  }

  /// Returns the log-probability of a document in nats, without its peaks, by lane.
  func logSum(_ document: TokenTiles.Document, of tiles: TokenTiles) -> SIMD16<Double> {
    var sum = LogSum()
    for tokens in (0..<document.count).parts(of: Self.tokensInGroup) {
      add(tokens, of: document, tiles, to: &sum)
    }
    return sum.value
  }

  /// Adds the logarithms of up to `tokensInGroup` tokens.
  ///
  /// - Parameter isTogetherTooSmall: Whether four in one factor are known not to be held.
  func add(
    _ tokens: Range<Int>, of document: TokenTiles.Document, _ tiles: TokenTiles,
    to sum: inout LogSum, isTogetherTooSmall: Bool = false
  ) {
    if !isTogetherTooSmall, multiply(&sum.product, tiles, document, tokens, together: true) {
      return
    }
    if multiply(&sum.product, tiles, document, tokens, together: false) { return }
    sum.exact += exactLogs(tiles, document, tokens)
  }

  /// Multiplies the mixed probabilities of `tokens` into `product`, four at a time or one by one.
  ///
  /// - Returns: Whether single precision holds them; if not, `product` is as before.
  private func multiply(
    _ product: inout mixed_product, _ tiles: TokenTiles, _ document: TokenTiles.Document,
    _ tokens: Range<Int>, together: Bool
  ) -> Bool {
    let start = (document.tile * TokenTiles.width + tokens.lowerBound) * tiles.experts
    let (experts, fours) = (Int64(weights.count), Int64((tokens.count + 3) / 4))
    let isDense = used.count == weights.count
    return unsafe tiles.probabilities.withUnsafeBufferPointer { tiles in
      guard let base = tiles.baseAddress else { return true }
      let p = unsafe base + start
      if together, weights.count > Self.few {
        return unsafe Self.withFloats(of: usedWeights) { w in
          unsafe multiply_mixed_many(
            &product, p, experts, w, isDense ? nil : used, Int64(used.count), fours)
        }
      }
      return unsafe Self.withFloats(of: weights) { w in
        unsafe together
          ? multiply_mixed(&product, p, w, experts, fours)
          : multiply_mixed_one_by_one(&product, p, w, experts, fours)
      }
    }
  }

  static func withFloats<Result>(
    of lanes: [SIMD16<Float>], _ body: (UnsafePointer<Float>) -> Result
  ) -> Result {
    unsafe lanes.withUnsafeBytes { bytes in
      let bound = unsafe bytes.bindMemory(to: Float.self)
      guard let address = bound.baseAddress else { preconditionFailure("no experts") }
      return unsafe body(address)
    }
  }

  /// Returns the logarithms of the mixed probabilities of `tokens` by the reference, in double.
  private func exactLogs(
    _ tiles: TokenTiles, _ document: TokenTiles.Document, _ tokens: Range<Int>
  ) -> SIMD16<Double> {
    var sums = SIMD16<Double>()
    for t in tokens {
      let logProbs = tiles.relativeLogs(document, t)
      for lane in 0..<Self.lanes { sums[lane] += mixtureLogProb(logProbs, weights: mixtures[lane]) }
    }
    return sums
  }
}

/// A sum of logarithms of mixed probabilities, by lane.
struct LogSum {
  fileprivate(set) var exact = SIMD16<Double>()
  var product = mixed_product.one
  var value: SIMD16<Double> { product.logarithm + exact }
}

extension mixed_product {
  fileprivate static var one: mixed_product {
    var product = mixed_product()
    unsafe product.mantissa = unsafeBitCast(
      SIMD16<Float>(repeating: 1), to: type(of: product.mantissa))
    return product
  }

  /// The natural logarithm of the product, by lane, to 10⁻¹².
  ///
  /// It is log m = 2 artanh((m − 1)/(m + 1)), by its series to the 13th power, for m in [√½, √2].
  fileprivate var logarithm: SIMD16<Double> {
    let mantissa = unsafe unsafeBitCast(self.mantissa, to: SIMD16<Float>.self)
    let exponent = unsafe unsafeBitCast(self.exponent, to: SIMD16<Int32>.self)
    let isLarge = mantissa .> 1.414_213_6
    let m = SIMD16<Double>(mantissa.replacing(with: 0.5 * mantissa, where: isLarge))
    let whole = exponent &- SIMD16<Int32>(repeating: 127 &* factors)
    let n = SIMD16<Double>(whole.replacing(with: whole &+ 1, where: isLarge))
    let s = (m - 1) / (m + 1)
    let square = s * s
    var series = SIMD16<Double>(repeating: 1.0 / 13)
    for odd in [11.0, 9, 7, 5, 3, 1] { series = series * square + 1 / odd }
    return n * M_LN2 + 2 * s * series
  }
}
