package import Parallel

/// Clusters of unit vectors by their cosine with centres of length 1, with bounds on the clusters'
/// shares.
///
/// Source: Dhillon, Modha 2001, doi:10.1023/A:1007612920971; balanced as `Balance` says.
package struct SphericalKMeans: Sendable {
  /// The centres, (clusters, dimensions).
  package let centres: FloatRows
  /// What is added to the cosine with each centre before the greatest is taken, (clusters).
  package let offsets: [Float]
  /// The cluster of each place.
  package let assigned: [Int]
  /// The mean cosine of the places with their centres, of each document or of its text.
  package let similarity: Double

  private static let mostIterations = 50
  /// The places that starts are compared on, but no fewer than this many for each cluster.
  private static let (compared, comparedPerCluster) = (8192, 64)

  /// Finds clusters from several starts on some of the places, and goes on with those of the
  /// greatest similarity on all.
  ///
  /// - Parameters:
  ///   - places: Rows of length 1, or of zeros: (documents, dimensions).
  ///   - weights: The text of each document, which shares are of.
  ///   - byText: Whether a centre is the mean of its documents weighed by their text; else each
  ///     counts once.
  package init(
    _ places: FloatRows, clusters: Int, weights: [Double], bounds: ShareBounds,
    byText: Bool = false, starts: Int, seed: UInt64, pool: WorkerPool
  ) {
    precondition(clusters > 0 && places.rows >= clusters && starts > 0)
    var random = RandomStream(seed: seed, purpose: "places of k-means")
    let order = random.permutation(places.rows)
      .prefix(max(Self.compared, Self.comparedPerCluster * clusters)).sorted()
    let (some, weightsOfSome) = (places.selecting(order), order.map { weights[$0] })
    var best: SphericalKMeans?
    for start in 0..<starts {
      var random = RandomStream(seed: seed, purpose: "k-means \(start)")
      let seeds = Seeding.documents(of: some, clusters: clusters, random: &random)
      let found = SphericalKMeans(
        some, from: some.selecting(seeds), weights: weightsOfSome, bounds: bounds,
        byText: byText, pool: pool)
      if found.similarity > best?.similarity ?? -.infinity { best = found }
    }
    guard let best else { preconditionFailure("no start has a similarity") }
    self.init(
      places, from: best.centres, weights: weights, bounds: bounds, byText: byText, pool: pool)
  }

  /// Lloyd's iterations from `centres`.
  package init(
    _ places: FloatRows, from centres: FloatRows, weights: [Double], bounds: ShareBounds,
    byText: Bool = false, pool: WorkerPool
  ) {
    let counted = byText ? weights : [Double](repeating: 1, count: weights.count)
    var centres = centres
    var balance = Self.balance(places, centres, weights, bounds, pool)
    for _ in 0..<Self.mostIterations {
      let next = places.means(
        of: balance.assigned, weights: counted, before: centres, pool: pool)
      let moved = Self.balance(places, next, weights, bounds, pool)
      let isSame = moved.assigned == balance.assigned
      (centres, balance) = (next, moved)
      if isSame { break }
    }
    (self.centres, offsets, assigned) = (centres, balance.offsets, balance.assigned)
    let scores = places.times(centres.transposed, pool: pool)
    similarity =
      balance.assigned.enumerated().reduce(0) {
        $0 + counted[$1.offset] * Double(scores[$1.offset, $1.element])
      } / counted.reduce(0, +)
  }

  private static func balance(
    _ places: FloatRows, _ centres: FloatRows, _ weights: [Double], _ bounds: ShareBounds,
    _ pool: WorkerPool
  ) -> Balance {
    Balance(
      scores: places.times(centres.transposed, pool: pool), weights: weights, bounds: bounds)
  }
}

/// The cluster of each place: of the greatest cosine with its offset, the first of equals.
package func assign(
  _ places: FloatRows, centres: FloatRows, offsets: [Float], pool: WorkerPool
) -> [Int] {
  let scores = places.times(centres.transposed, pool: pool)
  return (0..<places.rows).map { scores.best(inRow: $0, offsets) }
}

extension FloatRows {
  /// The mean direction of the rows of each cluster; where there is none, that of before.
  fileprivate func means(
    of assigned: [Int], weights: [Double], before: FloatRows, pool: WorkerPool
  ) -> FloatRows {
    let (clusters, width) = (before.rows, before.columns)
    let blocks = (0..<rows).parts(of: 8192)
    let parts = pool.map(blocks.count) { part in
      var sums = [Double](repeating: 0, count: clusters * width)
      for row in blocks[part] {
        let target = assigned[row] * width
        let weight = weights[row]
        for column in 0..<width { sums[target + column] += weight * Double(self[row, column]) }
      }
      return sums
    }
    var sums = [Double](repeating: 0, count: clusters * width)
    for part in parts { for index in sums.indices { sums[index] += part[index] } }
    let means = FloatRows(rows: clusters, columns: width)
    for cluster in 0..<clusters {
      let sum = sums[cluster * width..<(cluster + 1) * width]
      let length = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
      for (column, value) in sum.enumerated() {
        means[cluster, column] = length > 0 ? Float(value / length) : before[cluster, column]
      }
    }
    return means
  }

  /// The column of the greatest sum with its offset in a row, the first of equals.
  func best(inRow row: Int, _ offsets: [Float]) -> Int {
    var best = 0
    for column in 1..<max(1, offsets.count)
    where self[row, column] + offsets[column] > self[row, best] + offsets[best] {
      best = column
    }
    return best
  }

  /// The product of two rows.
  func dot(_ a: Int, _ b: Int) -> Float {
    precondition(0..<rows ~= a && 0..<rows ~= b)
    var sum = SIMD16<Float>()
    for column in stride(from: 0, to: width, by: 16) {
      let x = unsafe UnsafeRawPointer(base + a * width + column).loadUnaligned(
        as: SIMD16<Float>.self)
      let y = unsafe UnsafeRawPointer(base + b * width + column).loadUnaligned(
        as: SIMD16<Float>.self)
      sum += x * y
    }
    return sum.sum()
  }
}
