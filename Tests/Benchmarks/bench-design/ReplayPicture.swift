import Formats
import Reporting

extension ReplayResult {
  /// The least regret that the picture tells apart; the scale is logarithmic.
  private static let floor = 0.0003

  /// Draws the mean regret of every design by the number of runs, with its 90 % interval.
  static func picture(_ results: [ReplayResult], objective: String) throws -> Picture {
    let blocks = results.enumerated().map { index, result -> String in
      let points = result.lines.map { line -> String in
        let mean = line.regret.mean
        let values = [mean, mean - line.halfWidth, mean + line.halfWidth]
        return "\(line.runs) " + values.map { "\(max(floor, $0))" }.joined(separator: " ")
      }
      return "$design\(index) << EOD\n\(points.joined(separator: "\n"))\nEOD"
    }
    let series = results.enumerated().map { index, result -> String in
      "$design\(index) using 1:2:3:4 with yerrorlines pointtype 7 pointsize 0.5 "
        + (result.design.contains("mde") ? "dashtype 2 " : "")
        + "linecolor rgb \"\(Picture.colors[index % Picture.colors.count])\" "
        + "title \"\(result.design)\""
    }
    return try Picture(
      caption: "", width: 860, height: 460,
      commands: """
        \(blocks.joined(separator: "\n"))
        set xlabel "runs"
        set ylabel "mean regret of \(objective), nats"
        set logscale y
        set yrange [\(floor):*]
        set offsets graph 0.03, graph 0.03, 0, 0
        set key outside bottom center horizontal
        plot \(series.joined(separator: ", \\\n  "))
        """)
  }
}
