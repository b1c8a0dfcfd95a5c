package import Parallel

extension FoundClusters {
  /// The group of each cluster: clusters again, of the centres, each with its text.
  ///
  /// - Parameters:
  ///   - count: The number of groups, from 2 to that of the clusters.
  ///   - bytes: The text of each cluster.
  ///   - settings: Bounds of a group's share of the text, starts and seed.
  package func groups(
    _ count: Int, bytes: [Int], settings: Settings, pool: WorkerPool
  ) -> [Int] {
    let bounds = ShareBounds(floor: settings.floor, cap: settings.cap, clusters: count)
    return SphericalKMeans(
      clustering.centres, clusters: count, weights: bytes.map { Double(max(1, $0)) },
      bounds: bounds, byText: true, starts: settings.starts, seed: settings.seed, pool: pool
    ).assigned
  }
}

/// The names of groups for the domains: of each group that of its largest domain; nil for a domain
/// that is alone.
///
/// - Parameters:
///   - groups: The group of each domain.
///   - domains: Their names and their text.
package func groupNames(
  _ groups: [Int], of domains: [(name: String, bytes: Int)]
) -> [String?] {
  groups.map { group in
    let members = domains.indices.filter { groups[$0] == group }
    guard members.count > 1 else { return nil }
    let largest = members.max { (domains[$0].bytes, $1) < (domains[$1].bytes, $0) }
    return largest.map { "like-\(domains[$0].name)" }
  }
}
