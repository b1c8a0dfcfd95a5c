/// The least and the most that a cluster may have of all text, as shares.
package struct ShareBounds: Equatable, Sendable {
  package let least: Double
  package let most: Double

  /// - Parameters:
  ///   - floor: The least, in equal shares 1/k; below 1.
  ///   - cap: The most, likewise; above 1.
  package init(floor: Double, cap: Double, clusters: Int) {
    precondition(0..<1 ~= floor && cap > 1 && clusters > 0)
    (least, most) = (floor / Double(clusters), cap / Double(clusters))
  }
}
