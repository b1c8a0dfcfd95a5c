import Discovery
import Formats
import Parallel
import Reporting
import Storage
import ToolKit

extension DiscoverDomains {
  /// Writes the table, the model and, last, the report.
  func write(
    _ division: Division, of given: GivenDomains, _ found: [FoundClusters],
    _ samples: [[DocumentSample.Document]], _ pool: WorkerPool
  ) throws {
    try createFolder(common.output)
    let groups = groupNames(of: division.cells, found, pool)
    try replaceFile(
      "\(common.output)/domains.tsv", keepIfEqual: true,
      bytes: Array(table(division.cells, of: given, groups).utf8))
    try ClusterFile.write(
      division.model, to: "\(common.output)/clusters.zst",
      provenance: try provenance(ClusterFile.format, ClusterFile.version))
    let report = try LineWriter("\(common.output)/report.jsonl")
    try report.write(
      JSON.encode(
        FoundDomains.Header(
          provenance: try provenance(FoundDomains.format, FoundDomains.version))))
    for cell in division.cells {
      try report.write(
        JSON.encode(row(cell, among: division.cells, of: given, found, samples)))
    }
    try report.commit()
    common.note(
      "discover-domains: "
        + shortened(division.cells.map { "\($0.name) (\($0.amount.documents) documents)" })
        .joined(separator: ", "))
  }

  private func provenance(_ format: String, _ version: Int) throws -> Provenance {
    var flags = [
      "floor": "\(floor)", "cap": "\(cap)", "dimensions": "\(dimensions)", "starts": "\(starts)",
      "sample-bytes": "\(sampleBytes)", "text-field": reading.textField,
    ]
    if let count { flags["k"] = "\(count)" }
    if !within.isEmpty { flags["within"] = within.joined(separator: " ") }
    if byText { flags["by-text"] = "true" }
    if let groups { flags["groups"] = "\(groups)" }
    if cross { flags["cross"] = "least-share \(leastShare)" }
    let files = try CorpusFiles(corpus).files + [domains, vectors].compactMap { $0 }
    return Provenance(
      format: format, version: version, tool: .discoverDomains, flags: flags, seed: common.seed,
      inputs: try files.compactMap { try InputDigest(unlessStream: $0) })
  }

  /// The group of each domain, nil for one that is alone.
  private func groupNames(
    of cells: [DomainCells], _ found: [FoundClusters], _ pool: WorkerPool
  ) -> [String?] {
    guard let groups else { return cells.map { _ in nil } }
    // Every domain is one cluster of the one clustering.
    let clusters = found[0].groups(
      groups, bytes: cells.map(\.amount.bytes), settings: settings(clusters: groups), pool: pool)
    return Discovery.groupNames(clusters, of: cells.map { ($0.name, $0.amount.bytes) })
  }

  /// The table of domains, those that were given with what their row said.
  private func table(
    _ cells: [DomainCells], of given: GivenDomains, _ groups: [String?]
  ) -> String {
    var text = """
      # Domains found by discover-domains, for the clusters.zst beside this table.
      # max-epochs: up to four is about as good as new text (Muennighoff et al. 2023,
      # arXiv:2305.16264).
      # domain\tselector\tavailable-tokens\tmax-epochs

      """
    for (cell, group) in zip(cells, groups) {
      let domain = given.table.domains[cell.given]
      if cell.clusters.isEmpty {
        let numbers = [
          domain.availableTokens, domain.maximumEpochs, domain.minimumWeight, domain.maximumWeight,
        ]
        let columns = numbers.map { $0.map { "\($0)" } ?? "-" }.joined(separator: "\t")
        text += "\(cell.name)\t\(domain.selector.description)\t\(columns)\n"
      } else {
        let epochs = domains == nil ? "4" : domain.maximumEpochs.map { "\($0)" } ?? "-"
        let joined = group.map { "\t-\t-\t\($0)" } ?? ""
        text += "\(cell.name)\tcluster=\(cell.name)\t-\t\(epochs)\(joined)\n"
      }
    }
    return text
  }

  private func row(
    _ cell: DomainCells, among cells: [DomainCells], of given: GivenDomains,
    _ found: [FoundClusters], _ samples: [[DocumentSample.Document]]
  ) -> FoundDomains.Row {
    var row = FoundDomains.Row(
      domain: cell.name, documents: cell.amount.documents, bytes: cell.amount.bytes)
    guard let group = given.groupOfDomain[cell.given], let cluster = cell.clusters.first else {
      return row
    }
    row.words = Array(found[group].words[cluster].prefix(8))
    row.samples = found[group].nearest[cluster].lazy
      .filter { samples[group][$0].domain == cell.given }.prefix(3)
      .map { excerpt(samples[group][$0].text) }
    row.neighbours = cells.filter { $0.given == cell.given && $0.name != cell.name }
      .compactMap { other -> FoundDomains.Neighbour? in
        guard let first = other.clusters.first else { return nil }
        let cosine = Double(found[group].cosines[cluster][first])
        return .init(domain: other.name, cosine: (cosine * 1000).rounded() / 1000)
      }
      .sorted { ($1.cosine, $0.domain) < ($0.cosine, $1.domain) }.prefix(3).map { $0 }
    return row
  }

  /// The beginning of a text, on one line.
  private func excerpt(_ text: [UInt8]) -> String {
    let beginning = String(decoding: text.prefix(2000), as: UTF8.self)
    let words = beginning.unicodeScalars.split { $0.properties.isWhitespace || $0.value < 32 }
    return String(words.map { String($0) }.joined(separator: " ").prefix(160))
  }
}
