import Formats
import Mixtures
import Regression
import Search
import Tasks

/// The two pictures of the report that every run has.
extension RunFolder {
  /// Draws bars of each domain's weight in the proposal and in the mixtures compared.
  func weightsPicture() throws(ReportError) -> Picture {
    let candidates = proposal.candidates
    let (shown, rest) = (listedDomains.prefix(Table.most), listedDomains.dropFirst(Table.most))
    var names = Array(shown)
    var rows = shown.map { domain in
      candidates.map { "\(100 * $0.weights[domain])" }.joined(separator: " ")
    }
    if !rest.isEmpty {
      let sums = candidates.map { candidate in
        rest.reduce(0) { $0 + 100 * candidate.weights[$1] }
      }
      names.append("\(rest.count) more")
      rows.append(sums.map { "\($0)" }.joined(separator: " "))
    }
    let tics = names.enumerated().map { "\(Picture.quoted($1)) \($0)" }.joined(separator: ", ")
    let slant = rows.count > 8 ? "rotate by -40 " : ""
    let series = candidates.enumerated().map { index, candidate in
      let color = Picture.colors[index % Picture.colors.count]
      return "\(index == 0 ? "$weights" : "''") using \(index + 1) "
        + "linecolor rgb \"\(color)\" title \(Picture.quoted(candidate.id))"
    }
    return try Picture(
      caption: "Share of the training tokens by domain, in per cent.", width: 860, height: 380,
      commands: """
        $weights << EOD
        \(rows.joined(separator: "\n"))
        EOD
        set style data histogram
        set style histogram clustered gap 1
        set style fill solid 0.85 noborder
        set ylabel "weight, %"
        set xtics \(slant)(\(tics))
        set yrange [0:*]
        set key outside bottom center horizontal
        plot \(series.joined(separator: ", \\\n  "))
        """,
      data: DataLink(
        name: "weights", header: ["domain"] + candidates.map(\.id),
        rows: listedDomains.map { domain in
          [domain] + candidates.map { "\($0.weights[domain])" }
        }))
  }

  /// Draws out-of-fold predictions against observations as points, and the line of equality; nil
  /// where nothing was fitted.
  func predictionPicture() throws(ReportError) -> Picture? {
    guard let regressor else { return nil }
    // The picture shows the family that searches and two on the weights alone; more would be too
    // many.
    let shown = regressor.families.filter {
      [regressor.family, "ridge-lambda", "law"].contains($0.name)
    }
    let observed = regressor.data.observedObjectives
    let blocks = shown.enumerated().map { index, family in
      let points = zip(family.outOfFold, observed).compactMap { losses, observed in
        let predicted = regressor.data.objective(of: losses)
        return observed.isNaN || predicted.isNaN ? nil : "\(predicted) \(observed)"
      }
      return "$family\(index) << EOD\n\(points.joined(separator: "\n"))\nEOD"
    }
    let series = shown.enumerated().map { index, family in
      "$family\(index) using 1:2 with points pointtype 7 pointsize 0.7 linecolor rgb "
        + "\"\(Picture.colors[index % Picture.colors.count])\" title \(Picture.quoted(family.name))"
    }
    return try Picture(
      caption: """
        Predicted against observed \(regressor.objective.name) of the observed mixtures, each \
        predicted by a fit to the others. On the line, both are equal.
        """, width: 860, height: 460,
      commands: """
        \(blocks.joined(separator: "\n"))
        set xlabel \(Picture.quoted("predicted \(regressor.objective.name), \(objective.unit)"))
        set ylabel "observed, \(objective.unit)"
        set key outside bottom center horizontal
        plot x with lines linecolor rgb "#7f7f7f" dashtype 2 notitle, \\
          \(series.joined(separator: ", \\\n  "))
        """,
      data: DataLink(
        name: "predictions", header: ["family", "run", "predicted", "observed"],
        rows: shown.flatMap { family in
          zip(regressor.data.ids, zip(family.outOfFold, observed)).compactMap { id, losses in
            let predicted = regressor.data.objective(of: losses.0)
            return losses.1.isNaN || predicted.isNaN
              ? nil : [family.name, id, "\(predicted)", "\(losses.1)"]
          }
        }))
  }
}
