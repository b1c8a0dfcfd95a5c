import Mixtures

/// Returns indices of `count` mixtures that stand for `all` together with those `taken`: each one
/// lowers the mean Hellinger distance from a mixture to the nearest chosen or taken one most.
///
/// Unlike mixtures as far apart as can be, which lie in the corners of the simplex, they are where
/// mixtures are many. The first without any taken is the median of all.
/// Source: Flury, Principal Points, 1990, doi:10.1093/biomet/77.1.33; greedily, and of distances
/// in place of their squares.
package func spaceFilling(
  _ count: Int, of all: [[Double]], taken: [[Double]] = [], isFree: (Int) -> Bool = { _ in true }
) -> [Int] {
  var nearest = all.map { mixture in taken.map { hellinger(mixture, $0) }.min() ?? 1 }
  var chosen: [Int] = []
  while chosen.count < count {
    var best: (index: Int, gain: Double)?
    for i in all.indices where !chosen.contains(i) && isFree(i) {
      let gain = all.indices.reduce(0) { $0 + max(0, nearest[$1] - hellinger(all[i], all[$1])) }
      if gain > best?.gain ?? -1 { best = (i, gain) }
    }
    guard let next = best?.index else { break }
    chosen.append(next)
    for i in all.indices { nearest[i] = min(nearest[i], hellinger(all[next], all[i])) }
  }
  return chosen
}
