import Discovery
import Formats
import Parallel
import Storage
import Tokenization
import ToolKit

/// The domains that were made, and the model that assigns documents to them.
struct Division {
  let cells: [DomainCells]
  let model: ClusterModel
}

extension DiscoverDomains {
  /// Counts the text of all clusters in all of the corpus, and makes domains of them.
  func divided(
    _ given: GivenDomains, _ found: [FoundClusters], _ pool: WorkerPool
  ) throws -> Division {
    let names = names(given, found)
    let counts = try counts(given, found, pool)
    let total = counts.amounts.joined().reduce(0) { $0 + $1.bytes }
    var cells: [DomainCells] = []
    for (index, domain) in given.table.domains.enumerated() {
      guard let group = given.groupOfDomain[index] else {
        var whole = DomainCells(name: domain.name, given: index, clusters: [])
        whole.amount = counts.amounts[index][0]
        cells.append(whole)
        continue
      }
      cells += DomainCells.divided(
        given: index, name: domain.name, amounts: counts.amounts[index],
        leastBytes: cross ? leastShare * Double(total) : 0, cosines: found[group].cosines,
        names: names[index])
    }
    let groups = given.table.domains.indices.compactMap { index -> ClusterModel.Group? in
      let parts = cells.filter { $0.given == index && !$0.clusters.isEmpty }
      guard let group = given.groupOfDomain[index], !parts.isEmpty else { return nil }
      return .init(
        selector: domains == nil ? nil : given.table.domains[index].selector, clustering: group,
        names: names[index].indices.map { cluster in
          parts.first { $0.clusters.contains(cluster) }?.name ?? names[index][cluster]
        })
    }
    guard !groups.isEmpty else {
      throw UsageError(
        "--least-share \(leastShare): no domain has two topics as large; "
          + (leastShare > 0 ? "lower it" : "ask for more with -k"))
    }
    return Division(
      cells: cells, model: ClusterModel(clusterings: found.map(\.clustering), groups: groups))
  }

  /// The names of the clusters of each given domain; none of those that are kept.
  private func names(_ given: GivenDomains, _ found: [FoundClusters]) -> [[String]] {
    given.table.domains.indices.map { index in
      guard let group = given.groupOfDomain[index] else { return [] }
      return found[group].names().map {
        domains == nil ? $0 : "\(given.table.domains[index].name)_\($0)"
      }
    }
  }

  private func counts(
    _ given: GivenDomains, _ found: [FoundClusters], _ pool: WorkerPool
  ) throws -> CellCounts {
    let model = ClusterModel(
      clusterings: found.map(\.clustering),
      groups: found.enumerated().map { index, clusters in
        .init(selector: nil, clustering: index, names: clusters.names())
      })
    let assigner = try ClusterAssigner(
      model, vectors: try vectors.map { try VectorReader($0) }, threads: pool.threads)
    var counts = CellCounts(
      clusters: given.groupOfDomain.map { group in
        group.map { found[$0].clustering.offsets.count } ?? 1
      })
    let corpus = try reading.corpus(corpus, of: given.table)
    try common.forEachBatch(of: corpus, as: "assign") { documents in
      let keys = vectors == nil ? [] : textDigests(of: documents, pool: pool).map(textKey)
      let clusters = documents.map { _ in LockedValue<Int?>(0) }
      pool.run(tasks: documents.count) { task, worker in
        guard let group = given.groupOfDomain[documents[task].domain] else { return }
        clusters[task].value = assigner.cluster(
          of: documents[task].text, key: keys.isEmpty ? 0 : keys[task], group: group,
          worker: worker)
      }
      for (index, document) in documents.enumerated() {
        guard let cluster = clusters[index].value else {
          throw FileError.content(
            path: vectors ?? "",
            problem: "has no vector of the document \(documentID(keys[index])); add it")
        }
        counts.amounts[document.domain][cluster].add(bytes: document.text.count)
      }
    }
    return counts
  }
}
