import Glibc
import Kernels
import Parallel

extension CachedSet {
  /// Returns the sums over one of `chunks`, padding included.
  ///
  /// Mixtures, their logarithms and the gains are in double. The curvature steers Newton's method
  /// and proves nothing, so tiles of `tile` tokens are summed in Float, 32 products to a lane, and
  /// only the tiles in double. Its relative error is 3 · 2⁻²⁴ for each of two ratios and 32 · 2⁻²⁴
  /// for their sums, 2.3·10⁻⁶ together; with more than 16 experts 4 · 2⁻²⁴ more, as lanes are added
  /// in Float too.
  func sums(_ weights: [Double], over tokens: Range<Int>, order: Order) -> Evaluation {
    precondition(weights.count == experts && tokens.upperBound <= paddedCount)
    // A constant number of experts unrolls the loops over them.
    switch experts {
    case 2: return sums(weights, tokens, order, Experts<2>())
    case 3: return sums(weights, tokens, order, Experts<3>())
    case 4: return sums(weights, tokens, order, Experts<4>())
    case 5: return sums(weights, tokens, order, Experts<5>())
    case 6: return sums(weights, tokens, order, Experts<6>())
    case 7: return sums(weights, tokens, order, Experts<7>())
    case 8: return sums(weights, tokens, order, Experts<8>())
    case ...16: return sums(weights, tokens, order, experts: experts)
    default: return manySums(weights, over: tokens, order: order)
    }
  }

  private func sums<let count: Int>(
    _ weights: [Double], _ tokens: Range<Int>, _ order: Order, _: Experts<count>
  ) -> Evaluation { sums(weights, tokens, order, experts: count) }

  /// The number of tokens whose ratios p_i/p_λ of up to 16 experts fit into the first-level cache.
  private static let tile = 512

  @inline(__always)
  private func sums(
    _ weights: [Double], _ tokens: Range<Int>, _ order: Order, experts: Int
  ) -> Evaluation {
    var result = Evaluation(experts: experts, order: order)
    var logs = LogProduct()
    let tile = Self.tile
    unsafe withUnsafeTemporaryAllocation(of: SIMD8<Double>.self, capacity: experts) { gains in
      unsafe gains.initialize(repeating: .zero)
      unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: experts * tile) { ratios in
        unsafe probabilities.withUnsafeBufferPointer { probabilities in
          unsafe weights.withUnsafeBufferPointer { weights in
            for part in tokens.parts(of: tile) {
              let count = part.count
              let p = unsafe UnsafeRawPointer(probabilities.baseAddress! + part.lowerBound)
              switch order {
              case .value:
                unsafe addLogs(&logs, p, weights.baseAddress!, experts: experts, count: count)
              case .gradient, .hessian:
                unsafe addGains(
                  &logs, gains.baseAddress!, ratios.baseAddress!, p, weights.baseAddress!,
                  experts: experts, count: count)
              }
              if order == .hessian {
                unsafe addProducts(
                  &result.curvature, ratios.baseAddress!, experts: experts, count: count)
              }
            }
          }
        }
      }
      for i in 0..<experts { result.gains[i] = unsafe gains[i].total }
    }
    result.loss = logs.sum
    return result
  }

  /// Returns the ratios of tokens `t` to `t` + 7 of expert `i`.
  @inline(__always)
  private func eight(_ p: UnsafeRawPointer, _ i: Int, _ t: Int) -> SIMD8<Double> {
    unsafe SIMD8<Double>(
      p.loadUnaligned(fromByteOffset: 4 &* (i &* paddedCount &+ t), as: SIMD8<Float>.self))
  }

  /// Multiplies the mixed probabilities of `count` tokens into `logs`.
  @inline(__always)
  private func addLogs(
    _ logs: inout LogProduct, _ p: UnsafeRawPointer, _ weights: UnsafePointer<Double>,
    experts: Int, count: Int
  ) {
    for t in stride(from: 0, to: count, by: 8) {
      var mixed = SIMD8<Double>()
      for i in 0..<experts { unsafe mixed.addProduct(eight(p, i, t), SIMD8(repeating: weights[i])) }
      logs.multiply(mixed)
    }
  }

  /// Multiplies the mixed probabilities into `logs`, adds up the gains and keeps the ratios.
  ///
  /// - Parameters:
  ///   - gains: The sums of p_i/p_λ, (experts), by lane; added to.
  ///   - ratios: The ratios p_i/p_λ, (experts, tile); overwritten.
  @inline(__always)
  private func addGains(
    _ logs: inout LogProduct, _ gains: UnsafeMutablePointer<SIMD8<Double>>,
    _ ratios: UnsafeMutablePointer<Float>, _ p: UnsafeRawPointer,
    _ weights: UnsafePointer<Double>, experts: Int, count: Int
  ) {
    for t in stride(from: 0, to: count, by: 8) {
      var mixed = SIMD8<Double>()
      for i in 0..<experts { unsafe mixed.addProduct(eight(p, i, t), SIMD8(repeating: weights[i])) }
      logs.multiply(mixed)
      let inverse = 1 / mixed
      for i in 0..<experts {
        let ratio = unsafe eight(p, i, t) * inverse
        unsafe gains[i] += ratio
        unsafe UnsafeMutableRawPointer(ratios + (i &* Self.tile &+ t)).storeBytes(
          of: SIMD8<Float>(ratio), as: SIMD8<Float>.self)
      }
    }
  }

  /// Adds Σ_t r_i r_j to `sums`, (experts, experts).
  @inline(__always)
  private func addProducts(
    _ sums: inout [Double], _ ratios: UnsafePointer<Float>, experts: Int, count: Int
  ) {
    unsafe sums.withUnsafeMutableBufferPointer { sums in
      let ratios = unsafe UnsafeRawPointer(ratios)
      for i in 0..<experts {
        for j in 0...i {
          var products = SIMD16<Float>()
          for t in stride(from: 0, to: count, by: 16) {
            let a = unsafe ratios.loadUnaligned(
              fromByteOffset: 4 &* (i &* Self.tile &+ t), as: SIMD16<Float>.self)
            let b = unsafe ratios.loadUnaligned(
              fromByteOffset: 4 &* (j &* Self.tile &+ t), as: SIMD16<Float>.self)
            products.addProduct(a, b)
          }
          let sum = SIMD8<Double>(products.lowHalf) + SIMD8<Double>(products.highHalf)
          unsafe sums[i &* experts &+ j] += sum.total
          if i != j { unsafe sums[j &* experts &+ i] = sums[i &* experts &+ j] }
        }
      }
    }
  }
}

/// A sum of logarithms of many positive numbers, by lane, which takes one logarithm at the end.
struct LogProduct {
  private var mantissa = SIMD8<Double>(repeating: 1)
  private var exponent = SIMD8<Int64>()

  /// Adds the logarithm of `factor`.
  ///
  /// - Parameter factor: The numbers, between 10⁻³⁰⁰ and 10³⁰⁰.
  @inline(__always) mutating func multiply(_ factor: SIMD8<Double>) {
    let bits = unsafe unsafeBitCast(mantissa * factor, to: SIMD8<Int64>.self)
    exponent &+= (bits &>> 52) &- 1023
    mantissa = unsafe unsafeBitCast(
      (bits & SIMD8(repeating: 0x000f_ffff_ffff_ffff)) | SIMD8(repeating: 0x3ff0_0000_0000_0000),
      to: SIMD8<Double>.self)
  }

  var sum: Double {
    (0..<8).reduce(0) { $0 + log(mantissa[$1]) + Double(exponent[$1]) * M_LN2 }
  }
}

extension SIMD8<Double> {
  /// The sum of the lanes, in pairs.
  var total: Double {
    let four = lowHalf + highHalf
    let two = four.lowHalf + four.highHalf
    return two.x + two.y
  }
}

/// A number of experts as a type.
struct Experts<let count: Int> {}
