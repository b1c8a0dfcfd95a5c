import CMixtures

/// Sums of products r_i r_j of the ratios p_i/p_λ of more than 16 experts, those for j ≤ i.
struct RatioProducts {
  /// The number of tokens whose ratios of four experts fit into the first-level cache, and those of
  /// some hundred experts into the second.
  static let tile = 512

  private let experts: Int
  /// The sums, (rows, rows); above the diagonal only within blocks of 4 × 4.
  private var sums: [Double]

  init(experts: Int) {
    self.experts = experts
    sums = [Double](repeating: 0, count: Self.rows(experts) * Self.rows(experts))
  }

  /// The number of experts, filled up to a multiple of four.
  static func rows(_ experts: Int) -> Int { (experts + 3) / 4 * 4 }

  /// Adds the products of a tile, in 4 × 4 blocks: each ratio is loaded once for four of them.
  ///
  /// - Parameter ratios: The ratios, (rows, tile), of which the first `tokens` of a row count.
  mutating func add(_ ratios: [Float], tokens: Int) {
    unsafe add_ratio_products(
      &sums, ratios, Int64(Self.rows(experts)), Int64(Self.tile), Int64(tokens))
  }

  /// Adds `other` times `factor`.
  mutating func add(_ other: RatioProducts, times factor: Double) {
    let rows = Self.rows(experts)
    for i in 0..<experts {
      for j in i * rows...i * rows + i { sums[j] += factor * other.sums[j] }
    }
  }

  /// The sums, (experts, experts), row by row; symmetric.
  var symmetric: [Double] {
    let rows = Self.rows(experts)
    var all = [Double](repeating: 0, count: experts * experts)
    for i in 0..<experts {
      for j in 0...i {
        all[i * experts + j] = sums[i * rows + j]
        all[j * experts + i] = sums[i * rows + j]
      }
    }
    return all
  }
}
