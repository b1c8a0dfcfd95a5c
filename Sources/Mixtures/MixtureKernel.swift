import Glibc

/// Sums of log-mixtures over tokens, for 16 mixtures at once: Σ_t log Σ_i w_i exp(ℓ_i(t)).
///
/// The lanes of a vector are mixtures. A token's log-probabilities have its largest one subtracted, so
/// an expert's relative probability is in (0, 1] and one of them is 1. The mixed probabilities of four
/// tokens are multiplied on, and the product's exponent moved into an integer, so that there is one
/// logarithm for a whole document. Where such a factor is under 2⁻¹⁰⁰ for some mixture (its weight on
/// the experts that foresee the tokens is nearly nothing), its `group` of tokens is done again token by
/// token, and if one token alone is under 2⁻¹⁰⁰, as the reference does it.
///
/// Error: rounding to Float costs a weight and a relative probability 2⁻²⁴ each, its polynomial 2⁻²⁶,
/// and each of the experts + 2 operations of a token 2⁻²⁴: at most (experts + 7) · 2⁻²⁴ nats a token,
/// 8·10⁻⁷ with seven experts, where a document's tokens are rounded up to four. Probabilities under
/// 2⁻¹²⁶ of the largest count as 0: experts · 2⁻²⁶ of a factor. Sums over documents are in double.
struct MixtureKernel: Sendable {
  static let lanes = 16
  private static let tilesInGroup = 4

  /// Up to 16 mixtures, by lane; unused lanes repeat the last one.
  private let mixtures: [[Double]]
  /// By expert, the weight in every mixture.
  private let weights: [SIMD16<Float>]

  /// - Parameter mixtures: 1 to 16 arrays of one weight for each expert.
  init(_ mixtures: ArraySlice<[Double]>) {
    precondition((1...Self.lanes).contains(mixtures.count))
    let filled = (0..<Self.lanes).map {
      mixtures[min(mixtures.startIndex + $0, mixtures.endIndex - 1)]
    }
    self.mixtures = filled
    weights = filled[0].indices.map { expert in
      var lanes = SIMD16<Float>()
      for lane in 0..<Self.lanes { lanes[lane] = Float(filled[lane][expert]) }
      return lanes
    }
  }

  /// - Returns: by lane, the log-probability of a document, without its peaks.
  func logSum(_ document: TokenTiles.Document, of tiles: TokenTiles) -> SIMD16<Double> {
    var product = Product()
    var exact = SIMD16<Double>()
    let group = Self.tilesInGroup * TokenTiles.width
    for start in stride(from: 0, to: document.count, by: group) {
      let tokens = start..<min(document.count, start + group)
      if multiply(&product, tiles, document, tokens, together: true) { continue }
      if multiply(&product, tiles, document, tokens, together: false) { continue }
      exact += exactLogs(tiles, document, tokens)
    }
    return product.logarithm + exact
  }

  /// Multiplies the mixed probabilities of `tokens` into `product`, four at a time or one by one.
  ///
  /// - Returns: whether single precision holds them; if not, `product` is as before.
  private func multiply(
    _ product: inout Product, _ tiles: TokenTiles, _ document: TokenTiles.Document,
    _ tokens: Range<Int>, together: Bool
  ) -> Bool {
    let start = (document.tile * TokenTiles.width + tokens.lowerBound) * tiles.experts
    let fours = (tokens.count + 3) / 4
    return unsafe tiles.probabilities.withUnsafeBufferPointer { tiles in
      unsafe weights.withUnsafeBufferPointer { weights in
        guard let p = tiles.baseAddress, let w = weights.baseAddress else {
          return true
        }
        let first = unsafe p + start
        // A constant number of experts unrolls the loop over them and keeps weights in registers.
        switch (together, weights.count) {
        case (true, 2): return unsafe product.multiply(first, w, Experts<2>(), fours: fours)
        case (true, 3): return unsafe product.multiply(first, w, Experts<3>(), fours: fours)
        case (true, 4): return unsafe product.multiply(first, w, Experts<4>(), fours: fours)
        case (true, 5): return unsafe product.multiply(first, w, Experts<5>(), fours: fours)
        case (true, 6): return unsafe product.multiply(first, w, Experts<6>(), fours: fours)
        case (true, 7): return unsafe product.multiply(first, w, Experts<7>(), fours: fours)
        case (true, 8): return unsafe product.multiply(first, w, Experts<8>(), fours: fours)
        case (true, let k): return unsafe product.multiply(first, w, experts: k, fours: fours)
        case (false, let k):
          return unsafe product.multiplyOneByOne(first, w, experts: k, fours: fours)
        }
      }
    }
  }

  /// The same by the reference, in double.
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

/// A number of experts as a type.
struct Experts<let count: Int> {}

/// A product of many factors in (0, 1], by lane: mantissa in [1, 2) times two to the exponent.
private struct Product {
  private typealias Bits = SIMD16<Int32>

  private var mantissa = SIMD16<Float>(repeating: 1)
  /// More by 127 for each of `factors`.
  private var exponent = Bits()
  private var factors: Int32 = 0

  /// `multiply` for a number of experts that the compiler knows.
  mutating func multiply<let count: Int>(
    _ p: UnsafePointer<Float>, _ w: UnsafePointer<SIMD16<Float>>, _: Experts<count>, fours: Int
  ) -> Bool {
    unsafe multiply(p, w, experts: count, fours: fours)
  }

  /// Multiplies by the mixed probabilities of `fours` times four tokens, four in one factor.
  ///
  ///     p   (tiles, experts, 16)   relative probabilities, from a multiple of four tokens on
  ///     w   (experts, 16 lanes)    weights
  @inline(__always)
  mutating func multiply(
    _ p: UnsafePointer<Float>, _ w: UnsafePointer<SIMD16<Float>>, experts: Int, fours: Int
  ) -> Bool {
    var next = self
    var least = SIMD16<Float>(repeating: 1)
    for four in 0..<fours {
      let offset = (four >> 2) &* experts &* 16 &+ (four & 3) &* 4
      let p = unsafe p + offset
      var a = unsafe w[0] * p[0]
      var b = unsafe w[0] * p[1]
      var c = unsafe w[0] * p[2]
      var d = unsafe w[0] * p[3]
      for i in 1..<max(1, experts) {
        let weight = unsafe w[i]
        a.addProduct(weight, unsafe p[i &* 16])
        b.addProduct(weight, unsafe p[i &* 16 &+ 1])
        c.addProduct(weight, unsafe p[i &* 16 &+ 2])
        d.addProduct(weight, unsafe p[i &* 16 &+ 3])
      }
      next.multiply(a * b * c * d, least: &least)
    }
    return take(next, least: least)
  }

  /// The same, a factor for each token.
  @inline(never)
  mutating func multiplyOneByOne(
    _ p: UnsafePointer<Float>, _ w: UnsafePointer<SIMD16<Float>>, experts: Int, fours: Int
  ) -> Bool {
    var next = self
    var least = SIMD16<Float>(repeating: 1)
    for t in 0..<4 * fours {
      let offset = (t >> 4) &* experts &* 16 &+ (t & 15)
      let p = unsafe p + offset
      var mixed = SIMD16<Float>()
      for i in 0..<experts { mixed.addProduct(unsafe w[i], unsafe p[i &* 16]) }
      next.multiply(mixed, least: &least)
    }
    return take(next, least: least)
  }

  @inline(__always)
  private mutating func multiply(_ factor: SIMD16<Float>, least: inout SIMD16<Float>) {
    least = least.replacing(with: factor, where: factor .< least)
    let bits = unsafe unsafeBitCast(mantissa * factor, to: Bits.self)
    exponent &+= bits &>> 23
    factors &+= 1
    mantissa = unsafe unsafeBitCast(
      (bits & Bits(repeating: 0x007f_ffff)) | Bits(repeating: 0x3f80_0000),
      to: SIMD16<Float>.self)
  }

  /// Becomes `next` unless one of its factors was too small for single precision.
  @inline(__always)
  private mutating func take(_ next: Product, least: SIMD16<Float>) -> Bool {
    guard least.smallest >= 0x1p-100 else { return false }
    self = next
    return true
  }

  /// To 10⁻¹²: log m = 2 artanh((m − 1)/(m + 1)), its series to the 13th power, for m in [√½, √2].
  var logarithm: SIMD16<Double> {
    let isLarge = mantissa .> 1.414_213_6
    let m = SIMD16<Double>(mantissa.replacing(with: 0.5 * mantissa, where: isLarge))
    let whole = exponent &- Bits(repeating: 127 &* factors)
    let n = SIMD16<Double>(whole.replacing(with: whole &+ 1, where: isLarge))
    let s = (m - 1) / (m + 1)
    let square = s * s
    var series = SIMD16<Double>(repeating: 1.0 / 13)
    for odd in [11.0, 9, 7, 5, 3, 1] { series = series * square + 1 / odd }
    return n * M_LN2 + 2 * s * series
  }
}

extension SIMD16<Float> {
  /// Of the lanes, in pairs.
  @inline(__always) fileprivate var smallest: Float {
    let eight = lowHalf.replacing(with: highHalf, where: highHalf .< lowHalf)
    let four = eight.lowHalf.replacing(with: eight.highHalf, where: eight.highHalf .< eight.lowHalf)
    let two = four.lowHalf.replacing(with: four.highHalf, where: four.highHalf .< four.lowHalf)
    return two.x < two.y ? two.x : two.y
  }
}
