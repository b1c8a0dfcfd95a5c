import ArgumentParser
import Formats
import Foundation
import Mixtures
import Parallel
import Regression
import Reporting
import Search
import Storage
import ToolKit

@main
struct BenchDesign: Tool {
  static let configuration = CommandConfiguration(
    commandName: "bench-design",
    abstract: "Regret of ways to choose runs, replayed on mixtures that somebody measured.",
    discussion: """
      A design takes runs from the table. A family is fitted to them, each set by itself, and
      recommends the table's mixture of the lowest prediction; its regret is how far that one
      measured above the best of the table. A design is written CRITERION, CRITERION+mde where the
      family sees MDE losses, and with /N where N runs are chosen at once; order+mde trains from
      the lowest MDE loss on, and answers with the best measured. The last column of the table is
      the runs from which on the regret is not above that of the most random runs, of a family
      without MDE losses.

      Example: bench-design --runs data/results/table/runs.jsonl \
      --features data/results/table/features.jsonl.zst --designs random gain gain+mde/4
      """,
    version: projectVersion)

  @Option(
    parsing: .upToNextOption,
    help: .init("Tables of runs; of .csv files weights, then losses.", valueName: "file"))
  var runs: [String]
  @Option(help: .init("What mde-features wrote of them.", valueName: "file")) var features: String?
  @Option(help: "avg-sp, mean or a set; by default avg-sp, or else the mean of all sets.")
  var objective: String?
  @Option(parsing: .upToNextOption, help: "The designs.")
  var designs = ["random", "space", "variance", "improvement", "gain", "gain/4", "gain/8"]
    .compactMap { ReplayDesign(argument: $0) }
  @Option(parsing: .upToNextOption, help: "The numbers of runs after which regret is measured.")
  var sizes = [0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 48]
  @Option(help: "The most runs of a design that is not random.") var most = 48
  @Option(help: "Replications of each design.") var replications = 200
  @Option(help: "The share of the table, drawn at random, that a replication has.") var share = 1.0
  @Option(help: "Noise on what is seen of a run's objective, not of regrets: nats, a deviation.")
  var noise = 0.0
  @Option(help: "The family without MDE losses.") var family = "gp"
  @Option(help: "The family with MDE losses.") var expertFamily = "mde-trend"
  @Option(help: "Runs and candidates among which the next runs are chosen.") var limit = 256
  @Option(help: .init("Where the table goes, as Markdown.", valueName: "file")) var table: String?
  @Option(help: .init("Where the picture goes, as SVG.", valueName: "file")) var picture: String?
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard !sizes.isEmpty, sizes == Set(sizes).sorted(), sizes[0] >= 0 else {
      throw ValidationError("--sizes must rise")
    }
    guard share > 0, share <= 1 else { throw ValidationError("--share must be in (0, 1]") }
    guard noise >= 0, noise.isFinite else { throw ValidationError("--noise must not be negative") }
    guard replications > 0, limit > 0, most > 0 else {
      throw ValidationError("--replications, --limit and --most must be positive")
    }
  }

  func run() throws {
    let pool = try ReplayPool(runs: runs, features: features, objective: objective)
    let workers = WorkerPool(threads: common.threadCount)
    let shown = sizes.filter { Double($0) <= share * Double(pool.data.count) }
    var (results, json): ([ReplayResult], [String]) = ([], [])
    for design in designs where !design.usesExperts || pool.mde != nil {
      let result = try replay(design, pool, shown, workers)
      results.append(result)
      json.append(result.json(objective: pool.objective.name, mixtures: pool.data.count))
      // What is known so far is kept, as all takes long.
      if common.output != "-" { try write(json) }
      common.note("bench-design: \(design): " + result.lines.map(\.text).joined(separator: ", "))
    }
    if common.output == "-" { try write(json) }
    common.note("bench-design: \(summary(pool))")
    let random = results.first { $0.design == "random" }?.lines.last?.regret.mean
    if let path = table {
      let text = ReplayResult.table(results, sizes: shown, target: random)
      try replaceFile(path, bytes: Array("\(summary(pool))\n\n\(text)\n".utf8))
    }
    if let path = picture {
      let drawn = try ReplayResult.picture(results, objective: pool.objective.name)
      try replaceFile(path, bytes: Array("\(drawn.svg)\n".utf8))
    }
  }

  private func write(_ lines: [String]) throws {
    try replaceFile(common.output, bytes: Array((lines.joined(separator: "\n") + "\n").utf8))
  }

  private func replay(
    _ design: ReplayDesign, _ pool: ReplayPool, _ sizes: [Int], _ workers: WorkerPool
  ) throws -> ReplayResult {
    let name = design.usesExperts ? expertFamily : family
    let rows = FamilyRegistry.rows(for: pool.data, .init(logFloor: 0.01, seed: 1))
    guard let family = rows.map(\.family).first(where: { $0.name == name }) else {
      throw UsageError("\(name): is no family that can be fitted to these runs")
    }
    let asked = sizes.filter { $0 <= most || design.criterion == nil }
    let found = workers.map(replications) { r in
      Result { () throws(FitError) in
        let seed = common.seed + UInt64(r)
        return try Replay(
          pool: pool.part(share, seed: seed).noisy(noise, seed: seed), design: design,
          family: family, sizes: asked, limit: limit
        ).steps(seed: seed)
      }
    }
    return ReplayResult(design, try found.map { try $0.get() })
  }

  private func summary(_ pool: ReplayPool) -> String {
    let count = Double(pool.measured.count)
    let mean = pool.measured.reduce(0, +) / count
    let squares = pool.measured.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let optimum = pool.mde.flatMap { mde in
      mde.indices.min { mde[$0] < mde[$1] }.map {
        String(
          format: "; regret of the MDE optimum, no runs: %.4f",
          pool.measured[$0] - (pool.measured.min() ?? .nan))
      }
    }
    return "\(pool.objective.name) of \(pool.measured.count) mixtures, standard deviation "
      + String(format: "%.3f", (squares / count).squareRoot()) + (optimum ?? "")
  }
}
