import Formats
import Reporting

extension ReplayResult {
  /// The least regret that the picture tells apart; the scale is logarithmic.
  private static let floor = 0.0003

  /// Draws the mean regret by the number of runs, with its 90 % interval, of the designs that
  /// choose one run at a time; dashed with MDE losses.
  static func picture(_ results: [ReplayResult], objective: String) throws -> Picture {
    let shown = results.filter { !$0.design.contains("/") }
    let blocks = shown.enumerated().map { index, result -> String in
      let points = result.lines.map { line -> String in
        let mean = line.regret.mean
        let values = [mean, mean - line.halfWidth, mean + line.halfWidth]
        return "\(line.runs) " + values.map { "\(max(floor, $0))" }.joined(separator: " ")
      }
      return "$design\(index) << EOD\n\(points.joined(separator: "\n"))\nEOD"
    }
    let kinds = ["random", "space", "variance", "improvement", "gain", "order"]
    let series = shown.enumerated().map { index, result -> String in
      let kind = result.design.split(separator: "+")[0]
      let color = kinds.firstIndex(of: String(kind)) ?? kinds.count
      return "$design\(index) using 1:2:3:4 with yerrorlines pointtype 7 pointsize 0.5 "
        + (kind == result.design ? "" : "dashtype 2 ")
        + "linecolor rgb \"\(Picture.colors[color])\" title \"\(result.design)\""
    }
    return try Picture(
      caption: "", width: 860, height: 460,
      commands: """
        \(blocks.joined(separator: "\n"))
        set xlabel "runs"
        set ylabel "mean regret of \(objective), nats" noenhanced
        set logscale y
        set xrange [-0.5:*]
        set yrange [\(floor):*]
        set key outside bottom center horizontal
        plot \(series.joined(separator: ", \\\n  "))
        """)
  }
}
