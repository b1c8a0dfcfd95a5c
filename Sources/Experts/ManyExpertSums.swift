import Kernels
import Parallel

// Sums over more than 16 experts, whose probabilities of a few tokens do not fit into registers.
extension CachedSet {
  /// Returns the same as `sums(_:over:order:)`, which states the errors.
  func manySums(_ weights: [Double], over tokens: Range<Int>, order: Order) -> Evaluation {
    guard order == .hessian else { return manySums(weights, over: tokens, order) { _, _ in } }
    var products = RatioProducts(experts: experts)
    var result = manySums(weights, over: tokens, .hessian) { products.add($0, tokens: $1) }
    result.curvature = products.symmetric
    return result
  }

  /// Adds scale · Σ_t r_i r_j over one of `chunks`, padding included, of the ratios p_i/p_λ.
  func addProducts(
    to products: inout RatioProducts, _ weights: [Double], over tokens: Range<Int>, scale: Double
  ) {
    _ = manySums(weights, over: tokens, .hessian, scale: scale.squareRoot()) {
      products.add($0, tokens: $1)
    }
  }

  /// Returns the sums of losses and gains, and with `.hessian` shows the ratios of each tile.
  ///
  /// Of each tile the experts are mixed one after the other, four in each pass over the mixture; an
  /// expert without weight costs nothing there.
  ///
  /// - Parameters:
  ///   - scale: What gains and ratios are multiplied by.
  ///   - body: Takes the ratios of a tile, and how many tokens it has.
  private func manySums(
    _ weights: [Double], over tokens: Range<Int>, _ order: Order, scale: Double = 1,
    _ body: ([Float], Int) -> Void
  ) -> Evaluation {
    var result = Evaluation(experts: experts, order: .gradient)
    let used = weights.indices.filter { weights[$0] != 0 }
    var logs = LogProduct()
    // Rows that fill up the last block stay 0.
    var ratios = [Float](
      repeating: 0, count: order < .hessian ? 0 : RatioProducts.rows(experts) * RatioProducts.tile)
    var gains = [SIMD8<Double>](repeating: .zero, count: experts)
    var mixed = [SIMD8<Double>](repeating: .zero, count: RatioProducts.tile / 8)
    for part in tokens.parts(of: RatioProducts.tile) {
      mix(part, used, weights, into: &mixed)
      for v in 0..<part.count / 8 { logs.multiply(mixed[v]) }
      guard order > .value else { continue }
      for v in 0..<part.count / 8 { mixed[v] = scale / mixed[v] }
      addGains(part, inverses: mixed, to: &gains, keeping: &ratios)
      if order == .hessian { body(ratios, part.count) }
    }
    result.loss = logs.sum
    for i in 0..<experts { result.gains[i] = gains[i].total }
    return result
  }

  /// Returns the sums of log p_λ over one of `chunks`, padding included, by mixture.
  func logSums(ofAll mixtures: [[Double]], over tokens: Range<Int>) -> [Double] {
    let used = mixtures.map { weights in weights.indices.filter { weights[$0] != 0 } }
    var logs = mixtures.map { _ in LogProduct() }
    var mixed = [SIMD8<Double>](repeating: .zero, count: RatioProducts.tile / 8)
    for part in tokens.parts(of: RatioProducts.tile) {
      for m in mixtures.indices {
        mix(part, used[m], mixtures[m], into: &mixed)
        for v in 0..<part.count / 8 { logs[m].multiply(mixed[v]) }
      }
    }
    return logs.map(\.sum)
  }

  /// Sets `mixed` to the mixed probabilities of a tile, in the order of the experts `used`.
  private func mix(
    _ tile: Range<Int>, _ used: [Int], _ weights: [Double], into mixed: inout [SIMD8<Double>]
  ) {
    let vectors = tile.count / 8
    unsafe probabilities.withUnsafeBytes { bytes in
      func eight(_ expert: Int, _ v: Int) -> SIMD8<Double> {
        unsafe SIMD8<Double>(
          bytes.loadUnaligned(
            fromByteOffset: 4 &* (expert &* paddedCount &+ tile.lowerBound &+ 8 &* v),
            as: SIMD8<Float>.self))
      }
      unsafe mixed.withUnsafeMutableBufferPointer { mixed in
        for v in 0..<vectors { unsafe mixed[v] = .zero }
        let fours = used.count / 4 * 4
        for at in stride(from: 0, to: fours, by: 4) {
          let (a, b, c, d) = (used[at], used[at + 1], used[at + 2], used[at + 3])
          let (wa, wb) = (SIMD8(repeating: weights[a]), SIMD8(repeating: weights[b]))
          let (wc, wd) = (SIMD8(repeating: weights[c]), SIMD8(repeating: weights[d]))
          for v in 0..<vectors {
            var sum = unsafe mixed[v]
            sum.addProduct(eight(a, v), wa)
            sum.addProduct(eight(b, v), wb)
            sum.addProduct(eight(c, v), wc)
            sum.addProduct(eight(d, v), wd)
            unsafe mixed[v] = sum
          }
        }
        for i in used[fours...] {
          let weight = SIMD8(repeating: weights[i])
          for v in 0..<vectors { unsafe mixed[v].addProduct(eight(i, v), weight) }
        }
      }
    }
  }

  /// Adds up the ratios p_i/p_λ of a tile, and keeps them if there is room.
  ///
  /// - Parameters:
  ///   - gains: The sums of the ratios, (experts), by lane; added to.
  ///   - ratios: The ratios, (experts, tile), overwritten; empty where they are not needed.
  private func addGains(
    _ tile: Range<Int>, inverses: [SIMD8<Double>], to gains: inout [SIMD8<Double>],
    keeping ratios: inout [Float]
  ) {
    let vectors = tile.count / 8
    unsafe probabilities.withUnsafeBytes { bytes in
      unsafe inverses.withUnsafeBufferPointer { inverses in
        unsafe ratios.withUnsafeMutableBytes { ratios in
          for i in 0..<experts {
            let start = 4 &* (i &* paddedCount &+ tile.lowerBound)
            var sum = gains[i]
            for v in 0..<vectors {
              let p = unsafe bytes.loadUnaligned(
                fromByteOffset: start &+ 32 &* v, as: SIMD8<Float>.self)
              let ratio = unsafe SIMD8<Double>(p) * inverses[v]
              sum += ratio
              if unsafe ratios.isEmpty { continue }
              unsafe ratios.storeBytes(
                of: SIMD8<Float>(ratio), toByteOffset: 4 &* i &* RatioProducts.tile &+ 32 &* v,
                as: SIMD8<Float>.self)
            }
            gains[i] = sum
          }
        }
      }
    }
  }
}
