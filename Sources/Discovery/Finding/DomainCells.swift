/// How much text there is of each cluster of each given domain.
package struct CellCounts: Sendable {
  package struct Amount: Equatable, Sendable {
    package var (documents, bytes) = (0, 0)

    package init() {}

    package mutating func add(bytes more: Int) {
      documents += 1
      bytes += more
    }

    package static func += (sum: inout Amount, more: Amount) {
      sum.documents += more.documents
      sum.bytes += more.bytes
    }
  }

  /// By given domain and cluster; one cluster for a domain that was not clustered.
  package var amounts: [[Amount]]

  package init(clusters: [Int]) { amounts = clusters.map { .init(repeating: .init(), count: $0) } }
}

/// A domain of the table that is written: clusters of a given domain, or all of it.
package struct DomainCells: Equatable, Sendable {
  package var name: String
  /// The index of the given domain.
  package let given: Int
  /// The clusters, the largest first; empty where it is kept as it was given.
  package var clusters: [Int]
  package var amount = CellCounts.Amount()

  package init(name: String, given: Int, clusters: [Int]) {
    (self.name, self.given, self.clusters) = (name, given, clusters)
  }

  /// The domains that a given domain is divided into, one for each of its clusters that is not
  /// rare; a rare one joins the nearest of those.
  ///
  /// A domain of which no two clusters are left stays as it is.
  ///
  /// - Parameters:
  ///   - amounts: The text of each cluster.
  ///   - leastBytes: A cluster with less is rare.
  ///   - cosines: Of the clusters' centres.
  ///   - names: Of the clusters.
  package static func divided(
    given: Int, name: String, amounts: [CellCounts.Amount], leastBytes: Double,
    cosines: [[Float]], names: [String]
  ) -> [DomainCells] {
    let kept = amounts.indices.filter {
      amounts[$0].documents > 0 && Double(amounts[$0].bytes) >= leastBytes
    }
    guard kept.count > 1 else {
      var whole = DomainCells(name: name, given: given, clusters: [])
      for amount in amounts { whole.amount += amount }
      return [whole]
    }
    var cells = kept.map { DomainCells(name: names[$0], given: given, clusters: [$0]) }
    for (cluster, amount) in amounts.enumerated() {
      let place =
        kept.firstIndex(of: cluster)
        ?? kept.indices.max { (cosines[cluster][kept[$0]], $1) < (cosines[cluster][kept[$1]], $0) }
        ?? 0
      if cells[place].clusters[0] != cluster { cells[place].clusters.append(cluster) }
      cells[place].amount += amount
    }
    return cells
  }
}
