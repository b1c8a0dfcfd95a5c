import Formats
import Foundation
import Storage
import Synchronization
import Tasks
import Testing

/// A run of a tool: what it reads, and under which name it writes.
struct Invocation: CustomTestStringConvertible, Sendable {
  let tool: String
  let arguments: [String]
  /// The output's name in the pipeline, a file or a folder.
  let output: String
  /// The file that is written last in an output that is a folder, or nil.
  var lastFile: String?

  init(_ tool: String, _ arguments: String..., output: String, lastFile: String? = nil) {
    (self.tool, self.arguments, self.output, self.lastFile) = (tool, arguments, output, lastFile)
  }

  /// The same tool, with further arguments.
  func adding(_ more: String...) -> Invocation {
    Invocation(tool: tool, arguments: arguments + more, output: output, lastFile: lastFile)
  }

  /// The same tool, with `old` among the arguments replaced.
  func replacing(_ old: String, by new: String) -> Invocation {
    precondition(arguments.contains(old), "\(tool) has no argument \(old)")
    return Invocation(
      tool: tool, arguments: arguments.map { $0 == old ? new : $0 }, output: output,
      lastFile: lastFile)
  }

  init(tool: String, arguments: [String], output: String, lastFile: String? = nil) {
    (self.tool, self.arguments, self.output, self.lastFile) = (tool, arguments, output, lastFile)
  }

  /// The arguments, with an output of the same last name in `folder`, and without remarks.
  func arguments(under folder: String) -> [String] {
    arguments + ["-q", "-o", location(under: folder)]
  }

  func location(under folder: String) -> String {
    "\(folder)/\(output.split(separator: "/").last.map(String.init) ?? output)"
  }

  /// The file that says that the output is complete.
  func target(under folder: String) -> String {
    location(under: folder) + (lastFile.map { "/\($0)" } ?? "")
  }

  var testDescription: String { "\(tool) \(arguments.joined(separator: " "))" }
}

/// Every tool on the fixture corpus, run once; tests read the files.
final class Pipeline: Sendable {
  let workspace: Workspace

  /// The pipeline that the first test that asks runs; the others wait.
  ///
  /// Its folder goes when the process ends.
  static let shared = Result { try Pipeline() }

  private static let observed = (1...5).map { "mixture-00\($0)" }
  private static let experts = FixtureCorpus.domains.map { "expert-\($0)" }
  private static let finals = ["proposal", "natural"]

  private init() throws {
    workspace = try Workspace()
    unsafe folderToRemove = workspace.path
    atexit { try? FileManager.default.removeItem(atPath: unsafe folderToRemove) }
    try FixtureCorpus.write(to: "\(workspace.path)/0-corpus")
    try workspace.write("domains.tsv", FixtureCorpus.domainTable)
    try workspace.write("baselines.jsonl", FixtureCorpus.baselines)
    try workspace.write("tasks.jsonl", FixtureCorpus.questions)
    try workspace.write("targets.tsv", "notes\tnotes/\nasked\tasked.jsonl\n")
    try createFolder("\(workspace.path)/notes")
    for (name, text) in FixtureCorpus.notes { try workspace.write("notes/\(name)", text) }
    try workspace.write("asked.jsonl", FixtureCorpus.asked)
    for folder in [
      "1-tokens", "parts", "tokenized", "2-mixtures", "3-streams", "3-models", "5-features",
      "5-runs", "6-regressors", "7-proposal", "8-report", "tasks",
    ] { try createFolder("\(workspace.path)/\(folder)") }
    try run(Stage.trainTokenizer)
    try run(Stage.tokenizeShards)
    try runAll((1...2).map(Stage.tokenizePart))
    try workspace.write("tokenized/code.bin", try llmcFile("1-tokens/Code"))
    try run(Stage.importTokens)
    try run(Stage.tokenizeTasks)
    try run(Stage.tokenizeTargets)
    try run(Stage.measureOverlap)
    try run(Stage.sampleMixtures.adding("--split-into", "2-mixtures"))
    try runAll(FixtureCorpus.domains.map(Stage.trainExpert))
    try runAll(Self.observed.map { Stage.trainMixture($0, file: "2-mixtures/\($0).json") })
    try score(Self.experts + Self.observed, "validation")
    for expert in Self.experts {
      try createFolder("\(workspace.path)/4-logprobs/\(expert)/choices")
      try run(Stage.scoreChoices(expert, "old"))
      try run(Stage.scoreChoices(expert, "last"))
    }
    try runAll(
      Self.observed.map {
        Invocation(
          "evaluate-tasks", "--model", "3-models/\($0)", "tasks.jsonl", output: "tasks/\($0).jsonl")
      })
    try run(Stage.collectRuns)
    try run(Stage.correlateScores)
    try run(Stage.mdeFeatures)
    try run(Stage.fitRegressor)
    try run(Stage.searchMixture)
    try workspace.write("2-mixtures/natural.json", FixtureCorpus.natural)
    try run(Stage.mixTokens)
    try runAll([
      Stage.trainMixture("natural", file: "2-mixtures/natural.json"),
      Stage.trainMixture("proposal", file: "7-proposal/proposal.json"),
    ])
    try score(Self.finals, "test")
    try run(Stage.collectRuns(Self.experts, "validation", table: "experts"))
    try run(Stage.collectRuns(Self.finals, "test", table: "finals"))
    try run(Stage.evaluateTasks)
    try run(Stage.renderReport)
  }

  private func score(_ models: [String], _ split: String) throws {
    var invocations: [Invocation] = []
    for model in models {
      try createFolder("\(workspace.path)/4-logprobs/\(model)/\(split)")
      invocations += FixtureCorpus.domains.map { Stage.scoreLogprobs(model, split, $0) }
    }
    try runAll(invocations)
  }

  /// The documents of a tokens folder as llm.c has them, each after an end of text.
  private func llmcFile(_ folder: String) throws -> [UInt8] {
    var ids: [UInt16] = []
    for name in try names(inFolder: "\(workspace.path)/\(folder)") where name.hasSuffix(".zst") {
      let file = try TokenFileReader("\(workspace.path)/\(folder)/\(name)")
      for index in 0..<file.blockCount {
        let block = try file.block(index)
        for document in 0..<block.documentCount {
          ids.append(UInt16(file.header.endOfText))
          ids += block[document].map { UInt16($0) }
        }
      }
    }
    var bytes = ByteWriter()
    bytes.append(contentsOf: [Int32(20_240_520), 1, Int32(ids.count)])
    bytes.append(contentsOf: [Int32](repeating: 0, count: 253))
    bytes.append(contentsOf: ids)
    return bytes.bytes
  }

  private func run(_ invocation: Invocation) throws {
    let run = try ToolRun(
      invocation.tool, invocation.arguments + ["-q", "-o", invocation.output],
      directory: workspace.path)
    guard run.end == .exit(0) else { throw Failure(invocation: invocation, run: run) }
  }

  /// Runs tools that do not depend on one another, two at a time.
  private func runAll(_ invocations: [Invocation]) throws {
    let failures = Mutex<[any Error]>([])
    DispatchQueue.concurrentPerform(iterations: invocations.count) { index in
      do { try run(invocations[index].adding("-j", "1")) } catch {
        failures.withLock { $0.append(error) }
      }
    }
    if let failure = failures.withLock({ $0.first }) { throw failure }
  }

  struct Failure: Error, CustomStringConvertible {
    let invocation: Invocation
    let run: ToolRun
    var description: String { "\(invocation.testDescription): \(run.end): \(run.error)" }
  }
}

nonisolated(unsafe) private var folderToRemove = ""

/// One invocation of each tool, on the files of the pipeline.
enum Stage {
  static let trainTokenizer = Invocation(
    "train-tokenizer", "--domains", "domains.tsv", "--vocab-size", "290", "0-corpus",
    output: "1-tokens/tokenizer.json")

  static let tokenizeShards = Invocation(
    "tokenize-shards", "--domains", "domains.tsv", "--tokenizer", "1-tokens/tokenizer.json",
    "--validation-fraction", "0.1", "--test-fraction", "0.1", "0-corpus", output: "1-tokens",
    lastFile: "Prose/manifest.json")

  static func tokenizePart(_ number: Int) -> Invocation {
    Invocation(
      tool: tokenizeShards.tool, arguments: tokenizeShards.arguments + ["--part", "\(number)/2"],
      output: "parts/\(number)", lastFile: "part.zst")
  }

  static let mergeParts = Invocation(
    tool: tokenizeShards.tool,
    arguments: tokenizeShards.replacing("0-corpus", by: "--merge").arguments
      + ["parts/1", "parts/2"], output: "merged", lastFile: "Prose/manifest.json")

  /// The tokenizing of tasks, with all questions for validation: there are only three.
  static let tokenizeTasks = Invocation(
    "tokenize-tasks", "--tokenizer", "1-tokens/tokenizer.json", "--test-fraction", "0",
    "tasks.jsonl", output: "1-tasks", lastFile: "last/manifest.json")

  static let tokenizeTargets = Invocation(
    "tokenize-targets", "--table", "targets.tsv", "--tokenizer", "1-tokens/tokenizer.json",
    "--tokens", "300", output: "1-targets", lastFile: "asked/manifest.json")

  static let measureOverlap = Invocation(
    "measure-overlap", "1-tokens/Code", "1-tokens/Maths", "1-tokens/Prose", "1-targets/notes",
    "1-targets/asked", "--tokenizer", "1-tokens/tokenizer.json", output: "1-tokens/overlap.jsonl")

  static func scoreChoices(_ model: String, _ task: String) -> Invocation {
    Invocation(
      "score-logprobs", "--model", "3-models/\(model)", "1-tasks/\(task)/choices-000.tok.zst",
      output: "4-logprobs/\(model)/choices/\(task).lp.zst")
  }

  static let importTokens = Invocation(
    "import-tokens", "--domain", "Code", "--tokenizer", "1-tokens/tokenizer.json",
    "--validation-fraction", "0.1", "--test-fraction", "0.1", "tokenized/code.bin",
    output: "imported", lastFile: "Code/manifest.json")

  static let sampleMixtures = Invocation(
    "sample-mixtures", "-n", "5", "--base", "baselines.jsonl",
    output: "2-mixtures/observed.jsonl")

  static func trainExpert(_ domain: String) -> Invocation {
    train("expert-\(domain)", "--expert", domain)
  }

  static func trainMixture(_ name: String, file: String) -> Invocation {
    train(name, "--mixture", file)
  }

  private static func train(_ name: String, _ flag: String, _ value: String) -> Invocation {
    Invocation(
      "train-expert", flag, value, "1-tokens/Code", "1-tokens/Maths", "1-tokens/Prose",
      "--hidden-size", "16", "--layers", "1", "--heads", "2", "--context", "16", "--batch-size",
      "4",
      "--steps", "8", "--eval-tokens", "64", output: "3-models/\(name)",
      lastFile: "model.safetensors")
  }

  static let mixTokens = Invocation(
    "mix-tokens", "--mixture", "2-mixtures/natural.json", "1-tokens/Code", "1-tokens/Maths",
    "1-tokens/Prose", "--context", "16", "--steps", "8", output: "3-streams/natural",
    lastFile: "stream.json")

  static func scoreLogprobs(_ model: String, _ split: String, _ domain: String) -> Invocation {
    Invocation(
      "score-logprobs", "--model", "3-models/\(model)", "1-tokens/\(domain)/\(split)-000.tok.zst",
      output: "4-logprobs/\(model)/\(split)/\(domain).lp.zst")
  }

  static let mdeFeatures = Invocation(
    "mde-features", "--mixtures", "2-mixtures/observed.jsonl", "--experts",
    "4-logprobs/expert-Code/validation", "4-logprobs/expert-Maths/validation",
    "4-logprobs/expert-Prose/validation", output: "5-features/observed.jsonl.zst")

  static let choiceFeatures = mdeFeatures.adding(
    "--choices", "4-logprobs/expert-Code/choices", "4-logprobs/expert-Maths/choices",
    "4-logprobs/expert-Prose/choices")

  static let fitRegressor = Invocation(
    "fit-regressor", "--features", "5-features/observed.jsonl.zst", "--runs",
    "5-runs/fitted.jsonl", output: "6-regressors/regressor.json")

  static let searchMixture = Invocation(
    "search-mixture", "--regressor", "6-regressors/regressor.json", "--draws", "300", "--starts",
    "2", "--train-tokens", "512", "--manifests", "1-tokens/Code/manifest.json",
    "1-tokens/Maths/manifest.json", "1-tokens/Prose/manifest.json", "--baselines",
    "baselines.jsonl", "--experts", "4-logprobs/expert-Code/validation",
    "4-logprobs/expert-Maths/validation", "4-logprobs/expert-Prose/validation",
    output: "7-proposal/proposal.json")

  static let evaluateTasks = Invocation(
    "evaluate-tasks", "--model", "3-models/natural", "tasks.jsonl", output: "tasks/scores.jsonl")

  static let collectRuns = collectRuns(
    (1...5).map { "mixture-00\($0)" }, "validation", table: "fitted")

  static func collectRuns(_ models: [String], _ split: String, table: String) -> Invocation {
    Invocation(
      tool: "collect-runs", arguments: models.map { "4-logprobs/\($0)/\(split)" },
      output: "5-runs/\(table).jsonl")
  }

  static let correlateScores = Invocation(
    "correlate-scores", "--runs", "5-runs/fitted.jsonl", "--scores",
    "tasks/mixture-001.jsonl", "tasks/mixture-002.jsonl", "tasks/mixture-003.jsonl",
    "tasks/mixture-004.jsonl", "tasks/mixture-005.jsonl", output: "tasks/correlations.jsonl")

  static let renderReport = Invocation("render-report", ".", output: "8-report/index.html")

  /// Every tool once, in the order of the pipeline.
  static let all = [
    trainTokenizer, tokenizeShards, importTokens, tokenizeTasks, tokenizeTargets, measureOverlap,
    sampleMixtures, mixTokens,
    trainMixture("natural", file: "2-mixtures/natural.json"),
    scoreLogprobs("natural", "test", "Prose"), mdeFeatures, collectRuns, fitRegressor,
    searchMixture, evaluateTasks, correlateScores, renderReport,
  ]

  /// Other ways to use a tool.
  static let further = [tokenizePart(1), mergeParts]
}
