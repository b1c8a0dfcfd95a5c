import Parallel

/// The first centres of k-means: each a document far from those before it.
///
/// A document is drawn in proportion to its squared distance from the nearest centre, 2 − 2 cos;
/// of several draws the one is taken that leaves the least.
/// Source: Arthur, Vassilvitskii 2007, k-means++: The Advantages of Careful Seeding, section 2.2.
struct Seeding {
  /// The documents drawn for each centre.
  private static let trials = 4

  /// The documents to start from, (clusters).
  static func documents(
    of places: FloatRows, clusters: Int, random: inout RandomStream
  ) -> [Int] {
    var chosen = [random.index(below: places.rows)]
    var distances = (0..<places.rows).map { distance(places, $0, chosen[0]) }
    while chosen.count < clusters {
      let total = distances.reduce(0) { $0 + Double($1) }
      var best: (document: Int, distances: [Float], left: Double)?
      for _ in 0..<trials {
        let drawn = draw(distances, total: total, &random)
        let next = distances.enumerated().map { min($1, distance(places, $0, drawn)) }
        let left = next.reduce(0) { $0 + Double($1) }
        if left < best?.left ?? .infinity { best = (drawn, next, left) }
      }
      guard let best else { preconditionFailure("no distance is a number") }
      chosen.append(best.document)
      distances = best.distances
    }
    return chosen
  }

  private static func draw(
    _ distances: [Float], total: Double, _ random: inout RandomStream
  ) -> Int {
    guard total > 0 else { return random.index(below: distances.count) }
    var rest = random.unit() * total
    for (index, distance) in distances.enumerated() {
      rest -= Double(distance)
      if rest < 0 { return index }
    }
    return distances.count - 1
  }

  private static func distance(_ places: FloatRows, _ a: Int, _ b: Int) -> Float {
    max(0, 1 - places.dot(a, b))
  }
}
