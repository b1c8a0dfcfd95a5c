/// The order in which domains give sequences: always the one that is furthest behind its weight.
///
/// After n sequences every domain has its weight times n, to within one: there is no sampling
/// noise.
package struct DomainSchedule: Sendable {
  private let weights: [Double]
  private var counts: [Int]
  private var total = 0

  package init(_ weights: [Double]) {
    (self.weights, counts) = (weights, [Int](repeating: 0, count: weights.count))
  }

  /// The index of the domain that gives the next sequence.
  package mutating func next() -> Int {
    total += 1
    var best = 0
    var largest = -Double.infinity
    for (index, weight) in weights.enumerated() where weight > 0 {
      let deficit = weight * Double(total) - Double(counts[index])
      if deficit > largest { (best, largest) = (index, deficit) }
    }
    counts[best] += 1
    return best
  }
}
