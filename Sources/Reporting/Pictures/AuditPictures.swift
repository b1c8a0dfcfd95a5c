import Formats
import Mixtures
import Regression
import Storage
import Tasks

/// The picture of the audit.
extension RunFolder {
  /// Draws the mean squared error of new runs as lines over the number of runs fitted.
  ///
  /// It is nil without an audit of several such numbers.
  func learningPicture() throws(ReportError) -> Picture? {
    let lines = audit.compactMap { line -> LearningPoint? in
      if case .learning(let line) = line { line } else { nil }
    }
    // The picture shows the family that searches, and each kind of family without and with MDE
    // features; more lines would hide each other.
    func kind(_ name: String) -> String { FamilyRegistry.counterpart(of: name) ?? name }
    let kinds = ["mean", "ridge-lambda", "law", "trees", "gp", "mde"]
    var names: [String] = []
    for line in lines
    where !names.contains(line.family)
      && (kinds.contains(kind(line.family)) || line.family == regressor?.family)
    { names.append(line.family) }
    guard Set(lines.map(\.runs)).count > 1 else { return nil }
    let points = names.map { name in
      lines.filter { $0.family == name }.map { line in
        let error = line.meanSquaredError
        let spread = error.standardError ?? 0
        let ends = line.heldOutSquaredError.map { ($0.low, $0.high) }
        let (low, high) = ends ?? (error.mean - spread, error.mean + spread)
        return "\(line.runs) \(error.mean) \(low) \(high)"
      }
    }
    let blocks = points.enumerated().map { index, points in
      "$curve\(index) << EOD\n\(points.joined(separator: "\n"))\nEOD"
    }
    let series = names.enumerated().map { index, name in
      let color = kinds.firstIndex(of: kind(name)) ?? kinds.count
      return "$curve\(index) using 1:2:3:4 with yerrorlines pointtype 7 pointsize 0.5 "
        + (FamilyRegistry.inputs(of: name).contains(.mde) ? "dashtype 2 " : "")
        + "linecolor rgb \"\(Picture.colors[color % Picture.colors.count])\" "
        + "title \(Picture.quoted(name))"
    }
    let errors =
      lines.contains { $0.heldOutSquaredError != nil }
      ? "with the 90 % intervals of resampling them and the runs held out"
      : "± one standard error"
    return try Picture(
      caption: """
        Squared error of \(objective.name) for runs that a fit had not seen, by the \
        number of runs fitted; means over random subsets, \(errors). Dashed: with MDE features.
        """, width: 860, height: 460,
      commands: """
        \(blocks.joined(separator: "\n"))
        set xlabel "runs fitted"
        set ylabel "mean squared error, squared \(objective.shortUnit)"
        set logscale y
        set offsets graph 0.03, graph 0.03, 0, 0
        set key outside bottom center horizontal
        plot \(series.joined(separator: ", \\\n  "))
        """,
      data: DataLink(
        name: "learning", header: ["family", "runs", "mean squared error", "from", "to"],
        rows: zip(names, points).flatMap { name, points in
          points.map { [name] + $0.split(separator: " ").map(String.init) }
        }))
  }
}
