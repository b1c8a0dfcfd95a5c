import Formats
import Regression
import Storage
import Tasks

/// The report of one run, the answer first: a page for a browser and a summary for a terminal.
package struct Report {
  let run: RunFolder

  package init(_ run: RunFolder) { self.run = run }

  /// The answer and the tables that a person wants at the end of `make all`.
  package var summary: String {
    ([
      run.seedsTable, run.gainTable, run.measuredTable, run.campaignTable, run.scoresTable,
      run.weightsTable,
    ]
    .compactMap { $0 } + run.targetTables
      + objectives)
      .map(\.text)
      .joined(separator: "\n") + "\n" + answer.joined(separator: "\n") + "\n"
  }

  /// The tables of the objectives side by side; none if there is one objective.
  private var objectives: [Table] {
    [run.objectivesTable, run.measuredTasksTable, run.taskScoresTable].compactMap { $0 }
  }

  /// Returns one self-contained page of HTML, which makes no requests.
  ///
  /// All of it is read without its script, which sorts tables and answers fields.
  ///
  /// - Throws: `ReportError` if gnuplot fails, or `FileError` if a training log cannot be read.
  package func page() throws -> String {
    let pictures = (try run.weightsPicture(), try run.predictionPicture())
    let learning = try run.learningPicture()
    let training = try run.trainingPicture()
    // Scores come with the audit, if there is one.
    let audit = AuditTables(run.audit)
    let scores = run.audit.isEmpty ? [run.scoresTable].compactMap { $0 } : audit.tables
    let findings = audit.sentences.map { "<p>\($0)</p>" as HTML }.joined()
    let whatIf = try run.whatIf().map { WhatIfSection(whatIf: $0, run: run.name) }
    let sentences = answer.map { "<p>\($0)</p>" as HTML }.joined()
    let html: HTML = """
      <!doctype html>
      <html lang=en>
      <meta charset=utf-8>
      <meta name=viewport content="width=device-width, initial-scale=1">
      <title>Data mixture: \(run.name)</title>
      <style>\(HTML(Palette.style + Self.style + Strip.style))</style>
      <main>
      <h1>Data mixture: \(run.name)</h1>
      \(headline)
      <details class=answer><summary>The answer in sentences</summary>\(sentences)</details>
      \(run.seedsTable?.html ?? "")
      \(run.gainTable?.html ?? "")
      \(run.measuredTable?.html ?? "")
      \(run.weightsTable.html)
      \(run.targetTables.map(\.html).joined())
      <h2>What would change the answer</h2>
      \(whatIf?.html ?? "")
      \(run.limitsTable?.html ?? "")
      \(run.guardsTable?.html ?? "")
      \(objectives.map(\.html).joined())
      \(run.regionTable.html)
      \(run.correlations.isEmpty ? "" : ScoreCorrelations.table(run.correlations).html)
      <h2>How far to trust the prediction</h2>
      <section>\(findings)</section>
      \(pictures.1?.html ?? "")
      \(learning?.html ?? "")
      \(scores.map(\.html).joined())
      \(run.heldOutTables.map(\.html).joined())
      <h2>Details</h2>
      \(run.foundDomainsSection ?? "")
      <details><summary>Further tables and pictures</summary>
      \(run.perByteTable?.html ?? "")
      \(pictures.0.html)
      \(run.predictedTable.html)
      \(run.campaignTable?.html ?? "")
      \(run.overlapTable?.html ?? "")
      \(run.fertilities.isEmpty ? "" : fertilityTable(run.fertilities).html)
      \(run.expertsTable.html)
      \(training?.html ?? "")
      </details>
      \(provenance)
      </main>
      <script>
      "use strict";
      \(HTML(TableScript.sorting))
      \(whatIf == nil ? "" : HTML(WhatIfScript.predictions + "\n" + WhatIfScript.fields))
      </script>
      </html>

      """
    return html.description
  }

  /// A section on how the models were trained and which files the page was made from.
  private var provenance: HTML {
    // Of models that were taken from elsewhere nobody may know the tokens.
    let records = run.records.sorted { $0.key < $1.key }.map(\.value)
      .filter { !$0.tokens.isEmpty }
    var lines: [HTML] = []
    if let record = records.first {
      let tokens = record.tokens.values.reduce(0, +)
      lines.append(
        """
        <p>\(records.count) models\(record.parameters.map { " of \($0) parameters" } ?? ""), \
        \(record.steps) steps, \(tokens) training tokens each; flags \
        \(flags(record.provenance)). The shares of tokens trained on differ from the weights asked \
        for by at most \
        \(fixed(100 * deviation(records), 3)) %.</p>
        """)
    }
    let files = run.inputs.map {
      "<li><code>\($0.name)</code> <code>\($0.sha256)</code></li>" as HTML
    }
    return """
      <section><h2>How this was made</h2>
      \(lines.joined())
      <p>Files name what they were made from by SHA-256; these are where the page starts:</p>
      <ul>\(files.joined())</ul></section>
      """
  }

  /// Returns the largest difference between a weight asked for and the share of tokens trained on.
  private func deviation(_ records: [RunRecord]) -> Double {
    records.flatMap { record in
      let total = Double(record.tokens.values.reduce(0, +))
      return record.weights.map { abs(Double(record.tokens[$0.key] ?? 0) / total - $0.value) }
    }.max() ?? 0
  }

  private func flags(_ provenance: Provenance) -> String {
    provenance.flags.sorted { $0.key < $1.key }.map { "--\($0.key) \($0.value)" }
      .joined(separator: " ")
  }

  private static let style = """
    body { font: 16px/1.5 system-ui, sans-serif; margin: 0; background: var(--back); \
    color: var(--text); }
    a { color: var(--link); } .data { font-size: .85rem; }
    main { max-width: 60rem; margin: 0 auto; padding: 1rem; }
    h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; } h3 { font-size: 1rem; }
    .headline { font-size: 1.2rem; border-left: 4px solid var(--mark); padding-left: 1rem; }
    summary { cursor: pointer; font-weight: 600; margin: 1rem 0; }
    figure { margin: 2rem 0; overflow-x: auto; }
    td, tbody th { white-space: nowrap; }
    figcaption { font-weight: 600; margin: .5rem 0; }
    table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .85rem; }
    th, td { padding: .2rem .5rem; border-bottom: 1px solid var(--line); text-align: right; }
    th:first-child { text-align: left; }
    tr.best { background: var(--best); }
    .note { font-size: .85rem; color: var(--faint); margin: .4rem 0; }
    thead button { all: unset; cursor: pointer; } thead button:hover { text-decoration: underline; }
    thead button:focus-visible, figure:focus-visible { outline: 2px solid var(--link); }
    [aria-sort=ascending] button::after { content: " ▲"; }
    [aria-sort=descending] button::after { content: " ▼"; }
    input { font: inherit; } input[type=number] { width: 5em; } input[type=range] { width: 10em; }
    svg { max-width: 100%; height: auto; }
    code { font-size: .8rem; overflow-wrap: anywhere; }
    @media (max-width: 40rem) { .headline { font-size: 1.05rem; } \
    input[type=range] { width: 5em; } }
    @media print { #what-if-fields, .data { display: none; }
      ::details-content { content-visibility: visible; }
      html { font-size: 10px; } body { font-size: 1rem; } \
    figure { break-inside: avoid; overflow: visible; }
      table { font-size: .8rem; } th, td { padding: .1rem .2rem; } main { max-width: none; } }
    """
}
