import Foundation

/// A picture in rows on one scale: a name, marks, and the same in numbers.
///
/// It is a table, so it is as wide as the window, and can be read aloud and copied.
struct Strip {
  struct Row {
    var name: String
    /// The end of a bar that begins at the scale's start.
    var bar: Double?
    /// The ends of a whisker.
    var range: ClosedRange<Double>?
    var dot: Double?
    /// What it is compared with, as a line across.
    var tick: Double?
    var text: String
  }

  var title: String
  /// The start of the scale; nil for a little below the least mark.
  var start: Double?
  var rows: [Row]
  var note: String

  /// The scale from its start to its end.
  private var scale: (start: Double, end: Double) {
    let marks = rows.flatMap {
      [$0.bar, $0.dot, $0.tick, $0.range?.lowerBound, $0.range?.upperBound].compactMap { $0 }
    }
    let (least, most) = (marks.min() ?? 0, marks.max() ?? 1)
    let room = max(0.03 * (most - least), 1e-9 * max(1, abs(most)))
    return (start ?? least - room, most + room)
  }

  var html: HTML {
    let (start, end) = scale
    /// Returns where `value` is, in per cent of the scale.
    func place(_ value: Double) -> String {
      String(format: "%.2f", 100 * min(1, max(0, (value - start) / (end - start))))
    }
    let lines = rows.map { row in
      var marks: HTML = ""
      if let bar = row.bar { marks = "<i class=bar style=\"width:\(place(bar))%\"></i>" }
      if let range = row.range {
        marks = """
          \(marks)<i class=range style="left:\(place(range.lowerBound))%;\
          right:calc(100% - \(place(range.upperBound))%)"></i>
          """
      }
      if let tick = row.tick { marks = "\(marks)<i class=tick style=\"left:\(place(tick))%\"></i>" }
      if let dot = row.dot { marks = "\(marks)<i class=dot style=\"left:\(place(dot))%\"></i>" }
      return """
        <tr><th scope=row dir=auto>\(row.name)</th><td class=track aria-hidden=true>\
        <div>\(marks)</div></td><td>\(row.text)</td></tr>
        """ as HTML
    }
    return """
      <figure class=strip><figcaption>\(title)</figcaption>
      <table><tbody>
      \(lines.joined())
      </tbody></table><p class=note>\(note) \(data.html)</p></figure>
      """
  }

  /// The marks as numbers, of which a row may lack some.
  private var data: DataLink {
    func cell(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
    return DataLink(
      name: title, header: ["name", "value", "from", "to", "compared"],
      rows: rows.map { row in
        [
          row.name, cell(row.bar ?? row.dot), cell(row.range?.lowerBound),
          cell(row.range?.upperBound), cell(row.tick),
        ]
      })
  }

  static let style = """
    .strip table { width: 100%; font-size: .9rem; }
    .strip th, .strip td { border: 0; padding: .1rem .5rem; vertical-align: middle; }
    .strip .track { width: 55%; }
    .track div { position: relative; height: 1.2rem; }
    .track i { position: absolute; }
    .track .bar { left: 0; top: .2rem; bottom: .2rem; background: var(--mark); }
    .track .range { top: .55rem; height: .1rem; background: currentColor; min-width: 1px; }
    .track .range::before, .track .range::after { content: ""; position: absolute; top: -.25rem; \
    height: .6rem; width: 1px; background: currentColor; left: 0; }
    .track .range::after { left: auto; right: 0; }
    .track .tick { top: 0; bottom: 0; width: .2rem; margin-left: -.1rem; background: var(--other); }
    .track .dot { top: .3rem; width: .6rem; height: .6rem; margin-left: -.3rem; \
    border-radius: 50%; background: var(--mark); }
    """
}
