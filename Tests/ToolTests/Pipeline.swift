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
    try workspace.write("lineage.tsv", "Code\tPrograms\t1\nMaths\tProofs\t0.5\nMaths\tSums\t0.5\n")
    try workspace.write("tasks.jsonl", FixtureCorpus.questions)
    try workspace.write("targets.tsv", "notes\tnotes/\nasked\tasked.jsonl\n")
    try createFolder("\(workspace.path)/notes")
    for (name, text) in FixtureCorpus.notes { try workspace.write("notes/\(name)", text) }
    try workspace.write("asked.jsonl", FixtureCorpus.asked)
    for folder in [
      "1-tokens", "parts", "tokenized", "2-mixtures", "3-streams", "3-models", "5-features",
      "5-runs", "6-regressors", "7-proposal", "8-report", "tasks",
    ] { try createFolder("\(workspace.path)/\(folder)") }
    try run(Stage.discoverDomains)
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
    try run(Stage.reuseRuns)
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
