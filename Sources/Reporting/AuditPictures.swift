import Formats
import Regression

/// The audit as a picture.
extension RunFolder {
  /// Lines: mean squared error of new runs against the number of runs fitted; nil without an audit.
  func learningPicture() throws(ReportError) -> Picture? {
    let lines = audit.compactMap { line -> AuditLine.LearningLine? in
      if case .learning(let line) = line { line } else { nil }
    }
    // More would hide each other: what searches, and each kind of family without and with MDE features.
    let wanted = [
      regressor.family, "mean", "ridge-lambda", "ridge-lambda-mde", "law", "trees", "gp", "gp-mde",
    ]
    var names: [String] = []
    for line in lines where wanted.contains(line.family) && !names.contains(line.family) {
      names.append(line.family)
    }
    guard Set(lines.map(\.runs)).count > 1 else { return nil }
    let blocks = names.enumerated().map { index, name in
      let points = lines.filter { $0.family == name }.map { line in
        let error = line.meanSquaredError
        return "\(line.runs) \(error.mean) \(error.standardError ?? 0)"
      }
      return "$curve\(index) << EOD\n\(points.joined(separator: "\n"))\nEOD"
    }
    let series = names.enumerated().map { index, name in
      let style = name.hasSuffix("-mde") ? "dashtype 2 " : ""
      return "$curve\(index) using 1:2:3 with yerrorlines pointtype 7 pointsize 0.5 \(style)"
        + "linecolor rgb \"\(Picture.colors[index % Picture.colors.count])\" title \"\(name)\""
    }
    return try Picture(
      caption: """
        Squared error of \(regressor.objective.name) for runs that a fit had not seen, by the number of runs \
        fitted; means over random subsets, ± one standard error. Dashed: with MDE features.
        """, width: 860, height: 460,
      commands: """
        \(blocks.joined(separator: "\n"))
        set xlabel "runs fitted"
        set ylabel "mean squared error, nats²"
        set logscale y
        set key outside bottom center horizontal
        plot \(series.joined(separator: ", \\\n  "))
        """)
  }
}
