import Formats
import Mixtures
import Search
import Storage

/// What other weights would do: a table that everybody can read, and fields where script may run.
struct WhatIfSection {
  let whatIf: WhatIf
  /// The name of the run.
  let run: String

  /// The weights of the table's columns.
  private static let columns = [0, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8]

  var html: HTML {
    """
    <section><h3>What if a weight were another?</h3>
    \(table.html)
    <div id=what-if-fields hidden data-unit="\(whatIf.objective.unit)" data-run="\(runSetting)">\
    </div>
    <p class=note>\(note)</p>
    <script type="application/json" id=what-if-data>\(data)</script>
    </section>
    """
  }

  private var runSetting: String { run == "demo" ? "" : " RUN=\(run)" }

  /// The file, which no text of it can end early.
  private var data: HTML {
    HTML(String(decoding: JSON.encode(whatIf), as: UTF8.self).replacing("<", with: "\\u003c"))
  }

  private var table: Table {
    let name = whatIf.mixtures[0].id
    var table = Table(
      title: "\(whatIf.objective.name) less that of the \(name), with another weight of one domain",
      header: ["domain", name] + Self.columns.map { "\(fixed(100 * $0, 0)) %" },
      note: """
        In \(whatIf.objective.unit), \
        \(whatIf.family.map { "as \($0) predicts" } ?? "as the MDE loss tells"); the other weights \
        in proportion.
        """)
    table.long = "domains"
    for profile in whatIf.profiles {
      let place = whatIf.domains.firstIndex(of: profile.domain) ?? 0
      table.rows.append(
        [profile.domain, "\(fixed(100 * whatIf.mixtures[0].weights[place], 1)) %"]
          + Self.columns.map { weight in
            let difference = profile.read(weight)[0] - whatIf.mixtures[0].values[0]
            return (difference < 0 ? "" : "+") + fixed(difference, 3)
          })
    }
    return table
  }

  /// How far what the fields say is from what the tool would.
  private var note: String {
    let errors = whatIf.errors
    let unit = whatIf.objective.shortUnit
    func said(_ error: Double) -> String { significant(max(error, 1e-5), digits: 2) }
    var sentences = [
      "Up to two weights are held, and the others follow in proportion. What the fields say was "
        + "predicted before, and needs no network: with one weight moved every loss is within "
        + "\(said(errors.one)) \(unit) of what the tool predicts"
        + (errors.two.map { two in
          ", with two within \(said(two)) in nine of ten of \(errors.draws) mixtures that were "
            + "tried"
        } ?? "") + "."
    ]
    if whatIf.family != nil {
      sentences.append(
        "± holds 90 % of single runs, or of the differences between two"
          + (errors.radius.map {
            "; with two weights moved it is put together from one at a time, of a difference "
              + "within \(fixed(100 * $0, 0)) % as often"
          } ?? "") + ".")
    }
    if whatIf.domains.count > whatIf.profiles.count {
      sentences.append(
        "Of \(whatIf.domains.count) domains the \(whatIf.profiles.count) largest have fields.")
    }
    if let distance = whatIf.unchecked {
      sentences.append("Not checked here: \(distance).")
    }
    return sentences.joined(separator: " ")
  }
}

extension RunFolder {
  /// Returns what was predicted around the proposal; nil where that was not asked for, or is of
  /// another proposal.
  func whatIf() throws(FileError) -> WhatIf? {
    let file = "\(path)/7-proposal/what-if.json"
    guard isFile(file) else { return nil }
    let found = try WhatIfFile(reading: file)
    let (ours, theirs) = (proposal.provenance, found.provenance)
    return ours.inputs == theirs.inputs && ours.flags == theirs.flags && ours.seed == theirs.seed
      && found.domains.map { proposal.weights[$0] } == found.mixtures[0].weights
      ? found.value : nil
  }
}
