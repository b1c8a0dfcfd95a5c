import ArgumentParser
import Formats
import Mixtures
import Reuse
import Storage
import ToolKit

@main
struct ReuseRuns: Tool {
  static let configuration = CommandConfiguration(
    commandName: "reuse-runs",
    abstract: "What stays valid of earlier runs when domains are added, split, merged or renamed.",
    discussion: """
      Examples:
        reuse-runs . --tokens 1-tokens/* -n 4 -o .reused
        reuse-runs 5-runs/fitted.jsonl --lineage lineage.tsv -o reused.jsonl

      Of the folder of a run: what became of its domains is found in the token files, and told. \
      Models whose training text is that of a new domain or mixture are taken over: links to them, \
      records of the new weights, scores on sets that are the same; and mixtures to observe, where \
      old runs tell nothing. make does it with REUSE=FOLDER.

      Of a table of runs (JSON lines, or two .csv files as for fit-regressor): the same runs over \
      the new domains, as the lineage says, a table of old domain, new domain, share of the old \
      one's text and share of the new one's.
      """,
    version: projectVersion)

  @Argument(help: .init("Folder of a run, or its table of runs.", valueName: "path"))
  var sources: [String]
  @Option(
    parsing: .upToNextOption,
    help: .init(
      "Token folders of the new domains and of all evaluation sets.", valueName: "folder"))
  var tokens: [String] = []
  @Option(
    help: .init(
      "What became of the old domains, instead of what the token files tell.", valueName: "file"))
  var lineage: String?
  @Option(
    help: .init(
      "The largest share of a run's tokens that may be others than its new mixture says.",
      valueName: "share"))
  var within = 0.2
  @Option(
    name: [.customShort("n", allowingJoined: true), .long],
    help: "How many mixtures to observe, where old runs do not tell enough.")
  var count = 4
  @Flag(help: "Take over no scores: models are scored in another way now.")
  var scoreAgain = false
  @OptionGroup var common: CommonOptions

  private var isOfFolder: Bool { sources.count == 1 && isFolder(sources[0]) }

  var outputs: [PlannedOutput] {
    [isOfFolder ? .folder(common.output) : .file(common.output)]
  }

  func validate() throws {
    guard !sources.isEmpty else { throw ValidationError("give the folder of a run, or a table") }
    guard count >= 0 else { throw ValidationError("-n must not be negative") }
    guard 0...1 ~= within else { throw ValidationError("--within is a share, from 0 to 1") }
  }

  func run() throws {
    if isOfFolder {
      try reuseFolder(sources[0])
    } else {
      try reuseTable()
    }
  }

  private func reuseFolder(_ path: String) throws {
    guard common.output != "-" else { throw UsageError("-o names the folder to write") }
    let sets = try tokens.filter { !isFile($0) }.map { try TokenFolder($0) }
    let news = sets.filter(\.isDomain).sorted { $0.domain < $1.domain }
    guard !news.isEmpty else { throw UsageError("--tokens names no folder of a domain") }
    let old = try OldRun(path)
    for other in old.domains where other.contents.tokenizer != news[0].contents.tokenizer {
      throw FileError.content(
        path: other.path,
        problem: "has another tokenizer than \(news[0].path); tokenize with that of the old run")
    }
    let flow = try TextFlow(olds: old.domains, news: news)
    let found = try lineage.map {
      try LineageTable($0).lineage(olds: old.domains.map(\.domain), news: news.map(\.domain))
    }
    if let found, let problem = found.contradiction(of: flow.lineage) {
      throw FileError.content(path: lineage ?? "", problem: problem)
    }
    let plan = ReusePlan(
      old: old, news: news, lineage: found ?? flow.lineage, seen: flow.seen, within: within,
      further: count, seed: common.seed)
    let scores = try ReusedScores(old, sets: sets, lineage: plan.lineage, areKept: !scoreAgain)
    for line in try ReuseFolder(plan, scores: scores, path: common.output).write() {
      common.note(line)
    }
  }

  private func reuseTable() throws {
    guard let lineage else { throw UsageError("a table of runs needs --lineage") }
    let (observed, header) = try observedRuns()
    let olds = Set(observed.flatMap(\.mixture.domains)).sorted()
    let read: Lineage.Read
    do {
      read = try LineageTable(lineage).lineage(olds: olds).read(observed, within: within)
    } catch let error as Mixture.Invalid { throw error.at(sources[0]) }
    let output = try LineWriter(common.output)
    if read.keepsNames, let sets = header?.sets {
      try output.write(JSON.encode(self.header(sets.filter { !read.lostSets.contains($0.key) })))
    }
    for run in read.runs { try output.write(run.line) }
    try output.commit()
    common.note("reuse-runs: \(read.runs.count) of \(observed.count) runs are reused")
    if !read.setAside.isEmpty {
      common.note(
        "reuse-runs: set aside, as too many of their tokens would be others: "
          + read.setAside.joined(separator: ", "))
    }
    if !read.lostSets.isEmpty {
      common.note(
        "reuse-runs: left out, as no domain has their text alone: losses on "
          + read.lostSets.joined(separator: ", "))
    }
  }

  /// The runs of the table, or of the tables of weights and losses, and the header, if it has one.
  private func observedRuns() throws -> ([ObservedRun], RunTable.Header?) {
    switch sources.count {
    case 1:
      switch try RunsFile(reading: sources[0]) {
      case .lines(let table): return (table.runs, table.header)
      case .columns(let table):
        guard let runs = try ObservedRun.reading(table) else {
          throw UsageError("\(table.path): has no weights or no losses; give a table of each")
        }
        return (runs, nil)
      }
    case 2:
      return (
        try ObservedRun.joining(
          weights: try CSVTable(reading: sources[0]), losses: try CSVTable(reading: sources[1])),
        nil
      )
    default: throw UsageError("give one table of runs, or two of columns: weights, then losses")
    }
  }

  /// The header of a table whose sets have the names that they had.
  private func header(_ sets: [String: EvaluationData]) throws -> RunTable.Header {
    let inputs = sources + [lineage ?? "-"]
    return RunTable.Header(
      provenance: Provenance(
        format: RunTable.format, version: RunTable.version, tool: .reuseRuns,
        flags: ["within": "\(within)"],
        inputs: try inputs.compactMap { try InputDigest(unlessStream: $0) }),
      sets: sets)
  }
}
