package import Parallel

/// The clusters found in a sample of documents, with what a person knows them by.
package struct FoundClusters: Sendable {
  package struct Settings: Sendable {
    package var clusters: Int
    /// The singular vectors that documents of terms are placed by.
    package var dimensions = 64
    /// The least and the most that a cluster may have of the text, in equal shares.
    package var (floor, cap) = (0.25, 3.0)
    /// Whether documents count by their text where a centre is their mean; else each counts once.
    package var byText = false
    /// The starts of k-means, of which the best is kept.
    package var starts = 8
    package var seed: UInt64 = 1

    package init(clusters: Int) { self.clusters = clusters }

    /// The bounds of a cluster's share of the text.
    package var bounds: ShareBounds { ShareBounds(floor: floor, cap: cap, clusters: clusters) }
  }

  package let clustering: ClusterModel.Clustering
  /// The cluster of each document of the sample.
  package let assigned: [Int]
  /// The words that tell each cluster from the rest, the best first.
  package let words: [[String]]
  /// The documents of each cluster, those nearest its centre first: indices of the sample.
  package let nearest: [[Int]]
  /// The cosine of each pair of centres.
  package let cosines: [[Float]]

  /// Finds clusters in `sample`, the largest first.
  ///
  /// - Parameters:
  ///   - vectors: The vector of each document; nil to place documents by their terms.
  ///   - group: The domain that they are of, for messages.
  /// - Throws: `DiscoveryError` if there are too few documents, or none has terms of another.
  package init(
    in sample: [DocumentSample.Document], vectors: FloatRows?, settings: Settings,
    group: String? = nil, pool: WorkerPool
  ) throws(DiscoveryError) {
    let placed = try PlacedSample(
      sample, vectors: vectors, settings: settings, group: group, pool: pool)
    let found = SphericalKMeans(
      placed.places, clusters: settings.clusters, weights: placed.weights,
      bounds: settings.bounds, byText: settings.byText, starts: settings.starts,
      seed: settings.seed, pool: pool)

    var masses = [Double](repeating: 0, count: settings.clusters)
    for (document, cluster) in found.assigned.enumerated() {
      masses[cluster] += placed.weights[document]
    }
    let order = masses.indices.sorted { (masses[$1], $0) < (masses[$0], $1) }
    let place = order.indices.sorted { order[$0] < order[$1] }
    let centres = found.centres.selecting(order)
    let assigned = found.assigned.map { place[$0] }
    self.assigned = assigned
    clustering = ClusterModel.Clustering(
      space: placed.space, centres: centres, offsets: order.map { found.offsets[$0] })
    words =
      placed.terms.map { terms in
        TermNames(
          terms, texts: sample.map(\.text), assigned: assigned, clusters: settings.clusters
        ).words
      } ?? order.map { _ in [] }
    let scores = placed.places.times(centres.transposed, pool: pool)
    nearest = order.indices.map { cluster in
      assigned.indices.filter { assigned[$0] == cluster }
        .sorted { (scores[$1, cluster], $0) < (scores[$0, cluster], $1) }
    }
    let products = centres.times(centres.transposed, pool: pool)
    cosines = order.indices.map { products.row($0) }
  }

  /// Names for the clusters, plain and different from each other.
  package func names() -> [String] { Discovery.names(ofWords: words) }
}

/// A sample in the space that it is clustered in.
struct PlacedSample {
  let space: ClusterModel.Space
  /// The place of each document, of length 1.
  let places: FloatRows
  /// The bytes of each document.
  let weights: [Double]
  /// The terms of the documents; nil where no two have one in common.
  let terms: TermCounts?

  init(
    _ sample: [DocumentSample.Document], vectors: FloatRows?, settings: FoundClusters.Settings,
    group: String?, pool: WorkerPool
  ) throws(DiscoveryError) {
    guard sample.count >= settings.clusters else {
      throw .documents(found: sample.count, clusters: settings.clusters, group: group)
    }
    weights = sample.map { Double($0.bytes) }
    terms = TermCounts(of: sample.map(\.text), pool: pool)
    if let vectors {
      space = .vectors(dimensions: vectors.columns)
      vectors.normalize()
      places = vectors
      return
    }
    guard let terms else { throw .terms(group: group) }
    var random = RandomStream(seed: settings.seed, purpose: "range finder")
    let space = TermSpace(
      fitting: terms, dimensions: settings.dimensions, random: &random, pool: pool)
    places = space.places(of: terms.counts, pool: pool)
    self.space = .terms(space)
  }
}
