import CMixtures
import Kernels
import Parallel

// Sums over more than 16 experts, whose probabilities of a few tokens do not fit into registers.
extension CachedSet {
  /// Returns the same as `sums(_:over:order:)`, which states the errors.
  ///
  /// Of each tile of `manyTile` tokens, the experts are mixed one after the other, four in each
  /// pass over the mixture; an expert without weight costs nothing there. The products of the
  /// ratios go through 4 × 4 blocks of experts, each ratio loaded once for four products.
  func manySums(
    _ weights: [Double], over tokens: Range<Int>, order: Order
  ) -> Evaluation {
    var result = Evaluation(experts: experts, order: order)
    let used = weights.indices.filter { weights[$0] != 0 }
    let rows = (experts + 3) / 4 * 4
    var logs = LogProduct()
    var products = [Double](repeating: 0, count: order == .hessian ? rows * rows : 0)
    // Rows that fill up the last block stay 0.
    var ratios = [Float](repeating: 0, count: order == .hessian ? rows * Self.manyTile : 0)
    var gains = [SIMD8<Double>](repeating: .zero, count: experts)
    var mixed = [SIMD8<Double>](repeating: .zero, count: Self.manyTile / 8)
    for part in tokens.parts(of: Self.manyTile) {
      mix(part, used, weights, into: &mixed)
      for v in 0..<part.count / 8 { logs.multiply(mixed[v]) }
      guard order > .value else { continue }
      for v in 0..<part.count / 8 { mixed[v] = 1 / mixed[v] }
      addGains(part, inverses: mixed, to: &gains, keeping: &ratios)
      guard order == .hessian else { continue }
      unsafe add_ratio_products(
        &products, ratios, Int64(rows), Int64(Self.manyTile), Int64(part.count))
    }
    result.loss = logs.sum
    for i in 0..<experts { result.gains[i] = gains[i].total }
    guard order == .hessian else { return result }
    for i in 0..<experts {
      for j in 0...i {
        result.curvature[i * experts + j] = products[i * rows + j]
        result.curvature[j * experts + i] = products[i * rows + j]
      }
    }
    return result
  }

  /// Returns the sums of log p_λ over one of `chunks`, padding included, by mixture.
  func logSums(ofAll mixtures: [[Double]], over tokens: Range<Int>) -> [Double] {
    let used = mixtures.map { weights in weights.indices.filter { weights[$0] != 0 } }
    var logs = mixtures.map { _ in LogProduct() }
    var mixed = [SIMD8<Double>](repeating: .zero, count: Self.manyTile / 8)
    for part in tokens.parts(of: Self.manyTile) {
      for m in mixtures.indices {
        mix(part, used[m], mixtures[m], into: &mixed)
        for v in 0..<part.count / 8 { logs[m].multiply(mixed[v]) }
      }
    }
    return logs.map(\.sum)
  }

  /// The number of tokens whose ratios of four experts fit into the first-level cache, and those of
  /// some hundred experts into the second.
  private static let manyTile = 512

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
  ///   - ratios: The ratios, (experts, manyTile), overwritten; empty where they are not needed.
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
                of: SIMD8<Float>(ratio), toByteOffset: 4 &* i &* Self.manyTile &+ 32 &* v,
                as: SIMD8<Float>.self)
            }
            gains[i] = sum
          }
        }
      }
    }
  }
}
