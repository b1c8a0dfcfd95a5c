import Discovery
import Formats
import Parallel
import Storage
import Tokenization
import ToolKit

/// What is clustered: the domains that are known, and which of them are divided.
struct GivenDomains {
  /// Documents that are clustered together.
  struct Group {
    /// The name of the domain; nil where all of the corpus is one.
    let name: String?
    let clusters: Int
  }

  let table: DomainTable
  let groups: [Group]
  /// The group of each domain of the table; nil for those that are kept.
  let groupOfDomain: [Int?]
}

extension DiscoverDomains {
  /// What is clustered.
  ///
  /// - Throws: `FileError` if the table cannot be read, `UsageError` if `--within` names a domain
  ///   that it has not.
  func given() throws -> GivenDomains {
    let all = GivenDomains.Group(name: nil, clusters: count ?? 0)
    guard let domains else {
      let table = try DomainTable(text: "all\tpath=*\n", path: "the corpus")
      return GivenDomains(table: table, groups: [all], groupOfDomain: [0])
    }
    let table = try DomainTable(domains)
    for domain in table.domains {
      if case .cluster = domain.selector {
        throw FileError.content(
          path: domains, place: domain.name,
          problem: "is a cluster already; give a table of fields and paths")
      }
    }
    if cross {
      return GivenDomains(table: table, groups: [all], groupOfDomain: table.domains.map { _ in 0 })
    }
    let divisions = try divisions()
    for (name, _) in divisions where !table.domains.contains(where: { $0.name == name }) {
      throw UsageError(
        "--within \(name): is no domain of \(domains); "
          + Storage.choices(table.domains.map(\.name), insteadOf: name))
    }
    return GivenDomains(
      table: table, groups: divisions.map { .init(name: $0.name, clusters: $0.clusters) },
      groupOfDomain: table.domains.map { domain in
        divisions.firstIndex { $0.name == domain.name }
      })
  }

  /// A sample of the documents of each group.
  func samples(
    of given: GivenDomains, _ pool: WorkerPool
  ) throws -> [[DocumentSample.Document]] {
    var samples = given.groups.map { _ in
      DocumentSample(bytes: sampleBytes / given.groups.count)
    }
    let corpus = try reading.corpus(corpus, of: given.table)
    try common.forEachBatch(of: corpus, as: "sample") { documents in
      let keys = textDigests(of: documents, pool: pool).map(textKey)
      for (document, key) in zip(documents, keys) {
        guard let group = given.groupOfDomain[document.domain] else { continue }
        samples[group].add(key: key, domain: document.domain, text: document.text)
      }
    }
    for remark in corpus.remarks { common.note("discover-domains: \(remark)") }
    return samples.map(\.documents)
  }

  /// The vectors of a sample's documents, in their order; nil without `--vectors`.
  func vectors(of sample: [DocumentSample.Document]) throws -> FloatRows? {
    guard let vectors else { return nil }
    let reader = try VectorReader(vectors)
    let rows = Dictionary(uniqueKeysWithValues: sample.enumerated().map { ($1.key, $0) })
    var found: FloatRows?
    var missing = Set(rows.keys)
    while let (id, vector) = try reader.next() {
      guard let row = rows[id] else { continue }
      let matrix = found ?? FloatRows(rows: sample.count, columns: vector.count)
      for (column, value) in vector.enumerated() { matrix[row, column] = value }
      (found, _) = (matrix, missing.remove(id))
    }
    if let id = missing.min() {
      throw FileError.content(
        path: vectors,
        problem: "has no vector of \(missing.count) of the documents, such as \(documentID(id)); "
          + "add them")
    }
    return found
  }
}
