import ArgumentParser
import Formats
import Storage
import Streams
import ToolKit

@main
struct MixTokens: Tool {
  static let configuration = CommandConfiguration(
    commandName: "mix-tokens",
    abstract: "Write the training sequences of a mixture, in order, for any trainer.",
    discussion: """
      Examples:
        mix-tokens --mixture baselines.jsonl:natural 1-tokens/*/ --steps 100 \\
          -o 3-streams/natural
        mix-tokens --mixture Code=0.3,Prose=0.7 1-tokens/{Code,Prose} \\
          --context 1024 --batch-size 8 --train-tokens 100000 --format megatron \\
          -o 3-streams/megatron

      The sequences are those that train-expert learns, in its order: a trainer that reads the \
      files front to back trains on exactly the mixture. Beside them are stream.json, with \
      weights, tokens and epochs as asked for and as achieved, and run.json, to lie in the folder \
      of the model that is trained.
      """,
    version: projectVersion)

  @OptionGroup var data: TrainingDataOptions
  @OptionGroup(title: "Repetition") var repetition: PoolOptions
  @OptionGroup(title: "Sequences") var sequences: SequenceOptions
  @OptionGroup var common: CommonOptions

  var outputs: [PlannedOutput] {
    if sequences.verify { return [] }
    return [common.output == "-" ? .file(common.output) : .folder(common.output)]
  }

  func validate() throws {
    try data.require()
    if common.output == "-" {
      guard sequences.format == .mde, sequences.ranks == 1 || sequences.rank != nil,
        !sequences.verify
      else {
        throw ValidationError("standard output takes one stream of --format mde; -o a folder")
      }
    }
  }

  /// The file that is written last into a folder.
  private var report: String { common.output + "/stream.json" }

  func run() throws {
    let weights = try data.weights { common.note("mix-tokens: \($0)") }
    let folders = try data.folders(weights)
    let tokenizer = try data.readTokenizer(folders)
    let plan = sequences.plan
    let pools = try repetition.pools(
      folders, proxyTokens: plan.tokens, tokensPerStep: plan.batch * plan.context
    ) { common.note("mix-tokens: \($0)") }
    let source = try MixedStream(
      folders, weights: weights, pools: pools.tokens, context: plan.context, seed: common.seed,
      readsAhead: common.threadCount > 1)
    var header = StreamHeader(
      plan, folders: folders, weights: weights, available: source.available,
      provenance: Provenance(
        format: StreamHeader.format, version: StreamHeader.version, tool: .mixTokens,
        flags: pools.flags.merging(["format": sequences.format.rawValue]) { $1 },
        seed: common.seed, inputs: try data.digests(folders, tokenizer: tokenizer)))

    let isFolder = common.output != "-"
    if isFolder && !sequences.verify { try createFolder(common.output) }
    let ranks = sequences.rank.map { $0...$0 } ?? 0...plan.ranks - 1
    let sinks = try ranks.map { rank in
      try sequences.format.sink(
        common.output, header: header.of(rank: rank), comparing: sequences.verify,
        writesBehind: common.threadCount > 1)
    }
    try write(source, plan, to: sinks, ofRanks: ranks)
    guard isFolder else { return }
    header.files = sinks.flatMap(\.files)
    header.provenance.format = StreamHeader.reportFormat
    let record = RunRecord(
      header, id: common.output.split(separator: "/").last.map(String.init) ?? "")
    if sequences.verify {
      return try header.requireEqual(file: report)
    }
    try replaceFile(common.output + "/run.json", bytes: JSON.encode(record) + [10])
    try replaceFile(report, bytes: JSON.encode(header) + [10])
  }

  private func write(
    _ source: MixedStream, _ plan: StreamPlan, to sinks: [any SequenceSink],
    ofRanks ranks: ClosedRange<Int>
  ) throws {
    let progress = Progress(
      "mix-tokens", unit: "sequences", total: plan.indices.count, options: common)
    try plan.write(source, to: sinks, ofRanks: ranks) { progress.update($0) }
    // An older report never stands beside newer files.
    if !sequences.verify, isFile(report) { try removeFile(report) }
    for sink in sinks { try sink.commit() }
    progress.finish()
  }
}
