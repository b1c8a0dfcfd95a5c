import Discovery
import Formats
import Parallel
import Reporting
import Storage
import ToolKit

extension DiscoverDomains {
  /// Prints what speaks for each number of domains, and draws it.
  func compareCounts(_ given: GivenDomains, _ pool: WorkerPool) throws {
    let sample = try samples(of: given, pool)[0]
    let numbers = try choices()
    let progress = Progress("compare", unit: "numbers", total: numbers.count, options: common)
    let counts = try tryClusterCounts(
      numbers, in: sample, vectors: try vectors(of: sample),
      settings: settings(clusters: numbers.max() ?? 2), pool: pool
    ) { progress.update($0) }
    progress.finish()
    let advised = advisedCount(of: counts)
    let table = Table(
      title: "Numbers of domains",
      header: ["domains", "similarity", "stability", "± s.e.", "smallest", "largest"],
      rows: counts.map { count in
        [
          "\(count.clusters)", fixed(count.similarity, 4), fixed(count.stability, 3),
          fixed(count.stabilityError, 3), "\(fixed(100 * count.shares.lowerBound, 1)) %",
          "\(fixed(100 * count.shares.upperBound, 1)) %",
        ]
      },
      note: "")
    if common.output != "-" {
      let picture = try Picture(
        caption: "", width: 640, height: 400, commands: Self.commands(counts))
      try replaceFile(common.output, bytes: Array("\(picture.svg)\n".utf8))
    }
    let advice =
      advised.map {
        "\($0) is the most that is as stable as any, to 0.1; what they are for is yours to weigh."
      } ?? ""
    try replaceFile("-", bytes: Array("\(table.text)\(advice)\n".utf8))
  }

  private static func commands(_ counts: [ClusterCount]) -> String {
    let lines = counts.map {
      "\($0.clusters) \($0.similarity) \($0.stability) \($0.stabilityError)"
    }
    return """
      $counts << EOD
      \(lines.joined(separator: "\n"))
      EOD
      set xlabel "domains"
      set logscale x 2
      set yrange [0:1]
      set key outside bottom center horizontal
      plot $counts using 1:3:4 with yerrorlines pointtype 7 pointsize 0.5 \\
        linecolor rgb "\(Picture.colors[0])" title "stability (adjusted Rand index)", \\
        $counts using 1:2 with linespoints pointtype 7 pointsize 0.5 \\
        linecolor rgb "\(Picture.colors[1])" title "similarity (cosine) of held-out documents"
      """
  }
}
