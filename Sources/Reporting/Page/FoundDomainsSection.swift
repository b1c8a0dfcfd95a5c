import Formats
import Mixtures
import Search

/// The domains that were found in text: what each is, and its weight in the answer.
extension RunFolder {
  /// The domains shown; those of the greatest weight.
  private static let shown = 20

  /// A section of the page; nil where domains were given.
  var foundDomainsSection: HTML? {
    let found = foundDomains.filter { $0.words != nil }
    guard !found.isEmpty else { return nil }
    let weights = proposal.weights
    let rows = found.sorted {
      (weights[$1.domain], $0.domain) < (weights[$0.domain], $1.domain)
    }
    let table = Table(
      title: "Domains found in the text",
      header: ["domain", "weight", "MB", "documents", "words", "nearest"],
      rows: rows.prefix(Self.shown).map { row in
        [
          row.domain, "\(fixed(100 * weights[row.domain], 1)) %",
          fixed(Double(row.bytes) / 1e6, 1), "\(row.documents)",
          (row.words ?? []).prefix(6).joined(separator: ", "),
          (row.neighbours ?? []).prefix(2).map { "\($0.domain) \(fixed($0.cosine, 2))" }
            .joined(separator: ", "),
        ]
      },
      note: "Words that tell a domain from the rest, the best first; the domains whose centres "
        + "are nearest, by cosine."
        + (rows.count > Self.shown ? " \(rows.count - Self.shown) more of less weight." : ""))
    let samples = rows.prefix(Self.shown).map { row -> HTML in
      let texts = (row.samples ?? []).map { "<li>\($0)</li>" as HTML }.joined()
      return "<dt>\(row.domain)</dt><dd><ul>\(texts)</ul></dd>"
    }.joined()
    return """
      \(table.html)
      <details><summary>Samples of each</summary><dl class=note>\(samples)</dl></details>
      """
  }
}
