import Glibc

/// Sums of log-mixtures over tokens, for 16 mixtures at once: Σ_t log Σ_i w_i exp(ℓ_i(t)).
///
/// The lanes of a vector are mixtures. A token's log-probabilities have its largest one subtracted, so
/// an expert's relative probability is in (0, 1] and one of them is 1. Products of four tokens are
/// multiplied on, and their exponent moved into an integer, so that there is one logarithm for a
/// whole document. Where such a product is under 2⁻¹⁰⁰ for some mixture (its weight on the experts
/// that foresee the tokens is nearly nothing), its `group` of tokens is computed as the reference does.
///
/// Error: each token takes experts + 2 rounded operations of relative error ≤ 2⁻²⁴ each, and its
/// probabilities come from `expf` of error ≤ 2⁻²³: at most (experts + 4) · 2⁻²⁴ nats a token, 7·10⁻⁷
/// with seven experts; what is lost below 2⁻¹²⁶ is less than experts · 2⁻⁴⁹ of a product. Sums over
/// documents are in double.
struct MixtureKernel {
  static let lanes = 16
  private static let group = 64

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

  /// - Returns: by lane, the sum over the tokens of `piece`, without what `piece.peaks` holds.
  func logSums(_ piece: borrowing TokenPiece) -> SIMD16<Double> {
    var product = Product()
    var exact = SIMD16<Double>()
    for start in stride(from: 0, to: piece.paddedCount, by: Self.group) {
      let tokens = start..<min(piece.paddedCount, start + Self.group)
      var trial = product
      multiply(&trial, piece, tokens)
      if trial.isExact {
        product = trial
      } else {
        exact += exactLogs(piece, tokens.clamped(to: 0..<piece.count))
      }
    }
    return product.logarithm + exact
  }

  /// Multiplies the mixed probabilities of `tokens`, a multiple of four, into `product`.
  private func multiply(
    _ product: inout Product, _ piece: borrowing TokenPiece, _ tokens: Range<Int>
  ) {
    let stride = piece.capacity
    unsafe piece.probabilities.withUnsafeBufferPointer { probabilities in
      unsafe weights.withUnsafeBufferPointer { weights in
        var t = tokens.lowerBound
        while t < tokens.upperBound {
          var (a, b) = (SIMD16<Float>(), SIMD16<Float>())
          var (c, d) = (SIMD16<Float>(), SIMD16<Float>())
          for i in weights.indices {
            let weight = unsafe weights[i]
            let p = i &* stride &+ t
            a.addProduct(weight, SIMD16(repeating: unsafe probabilities[p]))
            b.addProduct(weight, SIMD16(repeating: unsafe probabilities[p &+ 1]))
            c.addProduct(weight, SIMD16(repeating: unsafe probabilities[p &+ 2]))
            d.addProduct(weight, SIMD16(repeating: unsafe probabilities[p &+ 3]))
          }
          product.multiply((a * b) * (c * d))
          t &+= 4
        }
      }
    }
  }

  /// The same by the reference, in double.
  private func exactLogs(_ piece: borrowing TokenPiece, _ tokens: Range<Int>) -> SIMD16<Double> {
    var sums = SIMD16<Double>()
    for t in tokens {
      let logProbs = piece.relativeLogs(t)
      for lane in 0..<Self.lanes { sums[lane] += mixtureLogProb(logProbs, weights: mixtures[lane]) }
    }
    return sums
  }
}

/// A product of many factors in (0, 1], by lane: mantissa in [1, 2) times two to the exponent.
private struct Product {
  /// Of 2⁻¹⁰⁰. Floats that are not negative are ordered like their bits.
  private static let smallest: Int32 = (127 - 100) << 23

  private var mantissa = SIMD16<Float>(repeating: 1)
  private var exponent = SIMD16<Int32>()
  /// Negative in a lane where a factor was below `smallest`.
  private var shortfall = SIMD16<Int32>()

  @inline(__always) mutating func multiply(_ factor: SIMD16<Float>) {
    shortfall |= unsafe unsafeBitCast(factor, to: SIMD16<Int32>.self) &- Self.smallest
    let bits = unsafe unsafeBitCast(mantissa * factor, to: SIMD16<Int32>.self)
    exponent &+= (bits &>> 23) &- 127
    mantissa = unsafe unsafeBitCast(
      (bits & SIMD16(repeating: 0x007f_ffff)) | SIMD16(repeating: 0x3f80_0000),
      to: SIMD16<Float>.self)
  }

  /// Whether no factor was too small for single precision.
  var isExact: Bool {
    let eight = shortfall.lowHalf | shortfall.highHalf
    let four = eight.lowHalf | eight.highHalf
    let two = four.lowHalf | four.highHalf
    return two.x | two.y >= 0
  }

  var logarithm: SIMD16<Double> {
    var logs = SIMD16<Double>()
    for lane in 0..<MixtureKernel.lanes {
      logs[lane] = log(Double(mantissa[lane])) + Double(exponent[lane]) * M_LN2
    }
    return logs
  }
}

/// A few thousand tokens of one document, ready for `MixtureKernel`.
struct TokenPiece {
  static let capacity = 2048

  let experts: Int
  let capacity = TokenPiece.capacity
  private(set) var count = 0
  /// `count` rounded up to a multiple of four; the tokens added have probability 1 by every expert.
  var paddedCount: Int { (count + 3) & ~3 }
  /// (experts, capacity): exp(ℓ_i(t) − max_j ℓ_j(t)).
  private(set) var probabilities: [Float]
  /// (experts, capacity): ℓ_i(t) − max_j ℓ_j(t), for tokens that single precision cannot hold.
  private var logs: [Double]
  /// Σ_t max_j ℓ_j(t).
  private(set) var peaks = 0.0

  init(experts: Int) {
    self.experts = experts
    probabilities = [Float](repeating: 0, count: experts * capacity)
    logs = [Double](repeating: 0, count: experts * capacity)
  }

  /// Replaces the content with `count` tokens; `logProb(expert, token)` is ℓ.
  mutating func fill(count: Int, _ logProb: (Int, Int) -> Double) {
    precondition(count <= capacity)
    self.count = count
    peaks = 0
    for t in 0..<count {
      var peak = -Double.infinity
      for i in 0..<experts {
        let value = logProb(i, t)
        logs[i * capacity + t] = value
        peak = max(peak, value)
      }
      peaks += peak
      for i in 0..<experts {
        logs[i * capacity + t] -= peak
        probabilities[i * capacity + t] = exp(Float(logs[i * capacity + t]))
      }
    }
    for t in count..<paddedCount {
      for i in 0..<experts { probabilities[i * capacity + t] = 1 }
    }
  }

  func relativeLogs(_ t: Int) -> [Double] { (0..<experts).map { logs[$0 * capacity + t] } }
}
