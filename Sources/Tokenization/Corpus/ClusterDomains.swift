package import Discovery
package import Formats
package import Parallel
package import Storage

/// The domains of a table that are clusters of a model, and the assignment of documents to them on
/// all threads.
package final class ClusterDomains: Sendable {
  package let model: ClusterModel
  private let assigner: ClusterAssigner
  private let pool: WorkerPool
  private let table: DomainTable
  private let vectors: String
  /// The domain of each cluster of each group; nil for one that the table has not.
  private let domains: [[Int?]]

  /// - Parameters:
  ///   - path: The model's file, `clusters.zst`.
  ///   - vectors: The file of the documents' vectors, for a model of such; else nil.
  /// - Throws: `FileError` if one cannot be read, or model, vectors and table do not belong
  ///   together.
  package init(
    _ path: String, vectors: String?, table: DomainTable, pool: WorkerPool
  ) throws(FileError) {
    let file = try ClusterFile(path)
    model = file.model
    let names = Set(model.names)
    for domain in table.domains {
      if case .cluster(let name) = domain.selector, !names.contains(name) {
        throw .content(
          path: table.path, place: domain.name,
          problem: "\(path) has no cluster \(name); give the table and the model of one run")
      }
    }
    guard model.needsVectors == (vectors != nil) else {
      throw .content(
        path: path,
        problem: vectors == nil
          ? "its clusters are of vectors; give those of the documents with --vectors"
          : "its clusters are of the words of documents; leave out --vectors")
    }
    var places: [String: Int] = [:]
    for (index, domain) in table.domains.enumerated() {
      if case .cluster(let name) = domain.selector { places[name] = index }
    }
    domains = model.groups.map { $0.names.map { places[$0] } }
    assigner = try ClusterAssigner(
      model, vectors: try vectors.map { path throws(FileError) in try VectorReader(path) },
      threads: pool.threads)
    (self.pool, self.table, self.vectors) = (pool, table, vectors ?? path)
  }

  /// Requires that no domain of `table` is a cluster: there is no model.
  static func requireNone(of table: DomainTable) throws(FileError) {
    for domain in table.domains {
      if case .cluster = domain.selector {
        throw .content(
          path: table.path, place: domain.name,
          problem: "\(domain.selector.description) needs the model of the clusters; "
            + "give --clusters")
      }
    }
  }

  /// The documents, those of groups with the domains of their clusters, and how many were left out
  /// for want of one.
  func assign(
    _ documents: [Corpus.Document], skipsUnknown: Bool
  ) throws(FileError) -> (documents: [Corpus.Document], unknown: Int) {
    let count = table.domains.count
    let keys = model.needsVectors ? textDigests(of: documents, pool: pool).map(textKey) : []
    let found = documents.map { _ in LockedValue<Int?>(nil) }
    pool.run(tasks: documents.count) { task, worker in
      let document = documents[task]
      guard document.domain >= count else { return }
      found[task].value = assigner.cluster(
        of: document.text, key: keys.isEmpty ? 0 : keys[task], group: document.domain - count,
        worker: worker)
    }
    var (assigned, unknown): ([Corpus.Document], Int) = ([], 0)
    assigned.reserveCapacity(documents.count)
    for (index, document) in documents.enumerated() {
      guard document.domain >= count else {
        assigned.append(document)
        continue
      }
      let group = document.domain - count
      if let cluster = found[index].value, let domain = domains[group][cluster] {
        assigned.append(
          .init(
            domain: domain, file: document.file, text: document.text, tokens: document.tokens))
      } else if skipsUnknown {
        unknown += 1
      } else {
        let name = found[index].value.map { model.groups[group].names[$0] }
        throw missing(name, id: keys.isEmpty ? 0 : keys[index])
      }
    }
    return (assigned, unknown)
  }

  private func missing(_ name: String?, id: UInt128) -> FileError {
    let remedy = "or count such documents with --skip-unknown"
    guard let name else {
      return .content(
        path: vectors,
        problem: "has no vector of the document \(documentID(id)); add it, \(remedy)")
    }
    return .content(
      path: table.path, problem: "has no domain of cluster=\(name); add it, \(remedy)")
  }
}
