import Foundation
package import Parallel

/// What speaks for a number of clusters.
package struct ClusterCount: Sendable {
  package let clusters: Int
  /// The mean cosine of documents, of those that the clusters were not found in, with their centre.
  package let similarity: Double
  /// The adjusted Rand index of clusters found in different halves of the documents, on documents
  /// of neither; the mean over pairs of halves, and its standard error.
  package let stability: Double
  package let stabilityError: Double
  /// The smallest and the largest share of the text.
  package let shares: ClosedRange<Double>
}

/// Tries numbers of clusters on one sample.
///
/// A tenth of the documents is held out, and clusters are found three times in either half of a
/// random partition of the others.
/// Source: Ben-Hur, Elisseeff, Guyon 2002, doi:10.1142/9789812799623_0002.
///
/// - Throws: `DiscoveryError` if there are too few documents for the largest number.
package func tryClusterCounts(
  _ counts: [Int], in sample: [DocumentSample.Document], vectors: FloatRows?,
  settings: FoundClusters.Settings, group: String? = nil, pool: WorkerPool,
  progress: (Int) -> Void = { _ in }
) throws(DiscoveryError) -> [ClusterCount] {
  let most = counts.max() ?? 1
  guard sample.count >= 4 * most else {
    throw .documents(found: sample.count, clusters: 4 * most, group: group)
  }
  let placed = try PlacedSample(
    sample, vectors: vectors, settings: settings, group: group, pool: pool)
  var random = RandomStream(seed: settings.seed, purpose: "halves")
  let order = random.permutation(sample.count)
  let heldOut = Array(order.prefix(max(1, sample.count / 10)))
  let rest = Array(order.dropFirst(heldOut.count))
  let unseen = placed.places.selecting(heldOut)
  let partitions = (0..<3).map { _ in random.permutation(rest.count).map { rest[$0] } }

  return counts.enumerated().map { done, clusters in
    var tried = settings
    tried.clusters = clusters
    func found(in documents: some Collection<Int>) -> (assigned: [Int], similarity: Double) {
      let clusters = SphericalKMeans(
        placed.places.selecting(Array(documents)), clusters: tried.clusters,
        weights: documents.map { placed.weights[$0] }, bounds: tried.bounds,
        byText: tried.byText, starts: tried.starts, seed: tried.seed, pool: pool)
      let assigned = assign(
        unseen, centres: clusters.centres, offsets: clusters.offsets, pool: pool)
      let scores = unseen.times(clusters.centres.transposed, pool: pool)
      let sum = assigned.enumerated().reduce(0.0) { $0 + Double(scores[$1.offset, $1.element]) }
      return (assigned, sum / Double(heldOut.count))
    }
    var (stabilities, similarities): ([Double], [Double]) = ([], [])
    var shares = [Double](repeating: 0, count: clusters)
    for partition in partitions {
      let half = partition.count / 2
      let (a, b) = (found(in: partition[..<half]), found(in: partition[half...]))
      stabilities.append(Agreement(a.assigned, b.assigned).adjustedRandIndex)
      similarities += [a.similarity, b.similarity]
      if shares.allSatisfy({ $0 == 0 }) {
        for (document, cluster) in zip(heldOut, a.assigned) {
          shares[cluster] += placed.weights[document]
        }
      }
    }
    progress(done + 1)
    let total = shares.reduce(0, +)
    let mean = stabilities.reduce(0, +) / Double(stabilities.count)
    let squares = stabilities.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let pairs = Double(stabilities.count)
    return ClusterCount(
      clusters: clusters,
      similarity: similarities.reduce(0, +) / Double(similarities.count), stability: mean,
      stabilityError: (squares / (pairs - 1) / pairs).squareRoot(),
      shares: (shares.min() ?? 0) / total...(shares.max() ?? 0) / total)
  }
}

/// The largest number of clusters that is as stable as the most stable one, to a tenth.
package func advisedCount(of counts: [ClusterCount]) -> Int? {
  let best = counts.map(\.stability).max() ?? 0
  return counts.filter { $0.stability >= best - 0.1 }.map(\.clusters).max()
}
