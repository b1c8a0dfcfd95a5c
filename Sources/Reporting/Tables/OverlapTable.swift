import Formats

/// What evaluation sets and targets share with training text.
extension RunFolder {
  /// The share of a set's runs of words in one domain from which on it may decide the answer.
  private static let notable = 0.02

  /// The share of each validation set that stands in each domain's training text; nil where it was
  /// not measured.
  var overlapTable: Table? {
    let rows = overlaps.filter { $0.split == "validation" }
    guard !rows.isEmpty else { return nil }
    var (sets, domains): ([String], [String]) = ([], [])
    var shares: [[String]: Double] = [:]
    var seen: Set<String> = []
    for row in rows {
      if seen.insert("set " + row.set).inserted { sets.append(row.set) }
      if seen.insert("domain " + row.domain).inserted { domains.append(row.domain) }
      shares[[row.set, row.domain]] = shares[[row.set, row.domain]] ?? row.share
    }
    (sets, domains) = (listed(sets), listed(domains))
    var table = Table(
      title: "Validation text that stands in training text: runs of 13 words, per cent",
      header: ["set"] + domains,
      rows: sets.map { set in
        [set]
          + domains.map { domain in
            shares[[set, domain]].map { fixed(100 * $0, 2) } ?? "–"
          }
      },
      note: """
        Of sets (rows) in domains (columns). Text that everybody writes, such as licences, is in \
        all of them; a target that stands in a domain makes that domain win.
        """)
    (table.long, table.wide) = ("sets", ("domains", 1))
    return table
  }

  /// A sentence on each target that stands in a domain's training text.
  var overlapWarnings: [String] {
    overlaps.filter {
      $0.split == "validation" && targets.contains($0.set) && $0.share >= Self.notable
    }.map {
      "Warning: \(fixed(100 * $0.share, 1)) % of \($0.set), by runs of 13 words, stand in the "
        + "training text of \($0.domain) (\($0.documents) documents): leave them out, or it wins "
        + "for that."
    }
  }
}
