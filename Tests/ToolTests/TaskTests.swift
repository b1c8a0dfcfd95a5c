import Formats
import Foundation
import Storage
import Tasks
import Reporting
import Testing

/// `evaluate-tasks` on questions, good and bad.
struct TaskTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace(on: Pipeline.shared.get()) }

  private static let good =
    #"{"task":"a","context":"the house","choices":["was","sum"],"answer":0}"#

  @Test(arguments: [
    (#"{"task":"a","context":"x","choices":["y","z"],"answer":2}"#, "answer 2 is none of its 2"),
    (#"{"task":"a","context":"x","choices":[],"answer":0}"#, "has no choices"),
    (#"{"task":"a","context":"x","choices":["y",""],"answer":0}"#, "choice 1 is empty"),
    (#"{"task":"a","context":"x","choices":["y"],"answer":"0"}"#, #"field "answer" has the wrong"#),
    (#"{"id":"natural","weights":{"Code":1}}"#, #"has no field "task""#),
    ("nonsense", "is not valid JSON"),
  ])
  func `a bad question is named by file and line`(line: String, problem: String) throws {
    try workspace.write("bad.jsonl", "\(Self.good)\n\(line)\n")
    try workspace.expectRefusal(
      65, "bad.jsonl: line 2: \(problem)",
      Stage.evaluateTasks.replacing("tasks.jsonl", by: "bad.jsonl"))
  }

  @Test func `a file of tokens is no task file`() throws {
    let tokens = "1-tokens/Code/test-000.tok.zst"
    try workspace.expectRefusal(
      65,
      "\(tokens): line 1: has the fields domain, endOfText, provenance, split, tokenizer, vocab",
      Stage.evaluateTasks.replacing("tasks.jsonl", by: tokens))
  }

  @Test func `scores, details and a count of truncated questions`() throws {
    let run = try ToolRun(
      "evaluate-tasks",
      Stage.evaluateTasks.arguments + ["--details", "out/d.jsonl", "-o", "out/s.jsonl"],
      directory: workspace.path)
    #expect(run.end == .exit(0))
    #expect(
      run.error.hasPrefix("evaluate-tasks: last: 1 questions, greedy ")
        && run.error.contains(", 1 longer than the model's context and cut on the left"))
    let lines = try workspace.bytes("out/s.jsonl").split(separator: 10)
    let header = try JSON.decode(TaskScores.Header.self, from: lines[0], path: "s.jsonl")
    #expect(header.model.id == "natural" && header.model.weights?["Prose"] == 0.5)
    let rows = try lines.dropFirst().map {
      try JSON.decode(TaskScores.Row.self, from: $0, path: "s.jsonl")
    }
    #expect(rows.map(\.task) == ["old", "last"])
    #expect(rows[0].chance == (0.5 + 1 / 3.0) / 2 && rows[1].accuracy == nil)
    let details = try workspace.bytes("out/d.jsonl").split(separator: 10).dropFirst().map {
      try JSON.decode(TaskScores.Detail.self, from: $0, path: "d.jsonl")
    }
    #expect(details.map(\.isTruncated) == [false, false, true])
    #expect(details.map(\.choices.count) == [2, 3, 1])
  }

  @Test func `questions come from standard input too, of any compression`() throws {
    let writer = try LineWriter("\(workspace.path)/q.jsonl.zst")
    try writer.write(Self.good)
    try writer.commit()
    let fromFile = try workspace.run(
      "evaluate-tasks", "--model", "3-models/natural", "q.jsonl.zst", printing: nil)
    let fromPipe = try workspace.run(
      "evaluate-tasks", "--model", "3-models/natural", "-",
      input: try workspace.bytes("q.jsonl.zst"), printing: nil)
    // The headers differ: standard input has no name.
    let rows = fromFile.output.split(separator: "\n").dropFirst()
    #expect(rows.count == 1 && rows == fromPipe.output.split(separator: "\n").dropFirst())
  }

  /// Six solved questions of the tasks `old` and `last`.
  private func writeTraining() throws {
    let words = ["river", "house", "sum", "ring", "old", "home"]
    try workspace.write(
      "train.jsonl",
      words.map {
        #"{"task":"old","context":"the \#($0)","choices":["was","basis"],"answer":0}"# + "\n"
          + #"{"task":"last","context":"the","choices":["\#($0)"],"answer":0}"# + "\n"
      }.joined())
  }

  private func evaluate(_ tasks: String, _ flags: String...) throws -> (
    rows: [TaskScores.Row], details: [TaskScores.Detail], error: String
  ) {
    let run = try ToolRun(
      "evaluate-tasks",
      ["--model", "3-models/natural", tasks, "--details", "out/d.jsonl", "-o", "out/s.jsonl"]
        + flags, directory: workspace.path)
    #expect(run.end == .exit(0), "\(run.error)")
    let details = try workspace.bytes("out/d.jsonl").split(separator: 10).dropFirst().map {
      try JSON.decode(TaskScores.Detail.self, from: $0, path: "d.jsonl")
    }
    return (try TaskScoresFile("\(workspace.path)/out/s.jsonl").rows, details, run.error)
  }

  @Test func `examples that the context has no room for are left out and counted`() throws {
    try writeTraining()
    let found = try evaluate("tasks.jsonl", "--shots", "2", "--train", "train.jsonl")
    #expect(found.rows.map(\.shots) == [2, 2])
    // The context of 16 tokens is too short for any question with two examples.
    #expect(found.rows.allSatisfy { $0.droppedExamples > 0 })
    #expect(found.details.map(\.examples.count).reduce(0, +) < 4)
    #expect(found.error.contains("examples left out that the model's context has no room for"))
    // Without examples the long question is as it was.
    let bare = try evaluate("tasks.jsonl")
    #expect(found.details.last?.examples == [] && found.details.last == bare.details.last)
  }

  @Test func `examples change the scores, with each seed in another way`() throws {
    try writeTraining()
    let renamed = Self.good.replacing(#""task":"a""#, with: #""task":"old""#)
    try workspace.write("q.jsonl", renamed.replacing("the house", with: "a") + "\n")
    func scores(_ seed: String) throws -> TaskScores.Detail? {
      try evaluate(
        "q.jsonl", "--shots", "1", "--train", "train.jsonl", "--seed", seed
      ).details.first
    }
    let found = try ["1", "2", "3", "4", "5", "6"].map { try scores($0) }
    #expect(found.allSatisfy { $0?.examples.count == 1 })
    #expect(Set(found.compactMap { $0?.examples }).count > 1)
    let bare = try evaluate("q.jsonl").details.first
    #expect(found.allSatisfy { $0?.choices != bare?.choices })
  }

  @Test func `too many examples, and a task without any, are refused`() throws {
    try writeTraining()
    let few = Stage.evaluateTasks.adding("--shots", "7", "--train", "train.jsonl")
    try workspace.expectRefusal(
      65, "train.jsonl: old: has 6 questions beside the one asked, and 7 examples are wanted", few)
    try workspace.write("other.jsonl", Self.good + "\n")
    try workspace.expectRefusal(
      65, "other.jsonl: has no questions of old for examples",
      Stage.evaluateTasks.adding("--shots", "1", "--train", "other.jsonl"))
  }

  private static let written = """
    {"task":"w","context":"the house was","answers":["old","very old"]}
    {"task":"w","context":"let","answers":["proof"]}

    """

  @Test func `what the model writes is compared with the accepted answers`() throws {
    try workspace.write("w.jsonl", Self.written)
    let found = try evaluate("w.jsonl", "--max-new-tokens", "4", "--stop", "zzz")
    #expect(found.rows[0].exactMatch != nil && found.rows[0].f1 != nil)
    #expect(found.rows[0].accuracy == nil && found.rows[0].greedy == nil)
    let texts = found.details.compactMap(\.generation?.text)
    #expect(texts.count == 2 && texts.allSatisfy { !$0.isEmpty })
    // The first character as the end leaves nothing.
    let stop = String(texts[0].prefix(1))
    let stopped = try evaluate("w.jsonl", "--max-new-tokens", "4", "--stop", stop)
    #expect(stopped.details[0].generation?.text == "")
    // What it wrote, accepted, is an exact match.
    let answer = texts[0].trimmingCharacters(in: .whitespacesAndNewlines)
    let hasLetters = answer.contains { $0.isLetter }
    try #require(hasLetters)
    let accepted = String(decoding: JSON.encode(["no", answer]), as: UTF8.self)
    try workspace.write(
      "w.jsonl", #"{"task":"w","context":"the house was","answers":\#(accepted)}"# + "\n")
    let matched = try evaluate("w.jsonl", "--max-new-tokens", "4", "--stop", "zzz")
    #expect(matched.rows[0].exactMatch?.mean == 1 && matched.rows[0].f1?.mean == 1)
  }

  @Test(arguments: [
    (#"{"task":"w","context":"x","answers":[]}"#, "has no accepted answer"),
    (#"{"task":"w","context":"x","answers":["y"," "]}"#, "accepted answer 1 is empty"),
    (#"{"task":"w","context":"x","choices":["y"],"answers":["y"]}"#, "has choices and accepted"),
    (#"{"task":"w","context":"x"}"#, #"has no field "choices""#),
    (#"{"task":"w","context":"x","choices":["y"]}"#, #"has no field "answer""#),
  ])
  func `a bad question to be answered is named by file and line`(
    line: String, problem: String
  ) throws {
    try workspace.write("bad.jsonl", "\(Self.good)\n\(line)\n")
    try workspace.expectRefusal(
      65, "bad.jsonl: line 2: \(problem)",
      Stage.evaluateTasks.replacing("tasks.jsonl", by: "bad.jsonl"))
  }

  @Test func `more tokens than the context holds cannot be written`() throws {
    try workspace.write("w.jsonl", Self.written)
    try workspace.expectRefusal(
      65, "the model has a context of 16 tokens, which 16 generated ones fill",
      Stage.evaluateTasks.replacing("tasks.jsonl", by: "w.jsonl").adding("--max-new-tokens", "16"))
  }

  @Test(arguments: ["each", "once"])
  func `examples and answers are the same at every number of threads`(draw: String) throws {
    try writeTraining()
    let training = String(decoding: try workspace.bytes("train.jsonl"), as: UTF8.self)
    try workspace.write("many.jsonl", training + Self.written.replacing(#""w""#, with: #""old""#))
    func bytes(_ threads: String) throws -> [[UInt8]] {
      _ = try evaluate(
        "many.jsonl", "--shots", "1", "--draw", draw, "--train", "train.jsonl", "--max-new-tokens",
        "3", "-j", threads)
      return [try workspace.bytes("out/d.jsonl"), try workspace.bytes("out/s.jsonl")]
    }
    let one = try bytes("1")
    #expect(try bytes("2") == one)
    #expect(try bytes("3") == one)
  }

  @Test func `correlations name the models that have no losses, and need three`() throws {
    let stage = Stage.correlateScores.replacing("5-runs/fitted.jsonl", by: "runs.jsonl")
    let fitted = String(decoding: try workspace.bytes("5-runs/fitted.jsonl"), as: UTF8.self)
    try workspace.write("runs.jsonl", fitted.replacing("mixture-005", with: "other"))
    let run = try ToolRun(
      stage.tool, stage.arguments + ["-o", "out/c.jsonl"], directory: workspace.path)
    #expect(run.end == .exit(0))
    #expect(
      run.error
        == "correlate-scores: tasks/mixture-005.jsonl: mixture-005 has no losses; left out\n")
    #expect(run.output.hasPrefix("Spearman's ρ of low loss and high score, 4 models\n"))
    let rows = try workspace.bytes("out/c.jsonl").split(separator: 10).dropFirst().map {
      try JSON.decode(CorrelationFile.Row.self, from: $0, path: "c.jsonl")
    }
    // Three sets, avg-sp and avg-et+sp; two tasks and their mean.
    #expect(rows.count == 5 * 3 && rows.allSatisfy { $0.models == 4 && $0.interval == nil })
    try workspace.expectRefusal(
      64, "2 models have losses and scores; a correlation needs at least 3",
      Invocation(
        "correlate-scores", "--runs", "5-runs/fitted.jsonl", "--scores", "tasks/mixture-001.jsonl",
        "tasks/mixture-002.jsonl", output: "c.jsonl"))
    try workspace.expectRefusal(
      65, "4-logprobs/natural/test/Code.lp.zst: was scored on other data of Code than",
      Stage.collectRuns.replacing(
        "4-logprobs/mixture-005/validation", by: "4-logprobs/natural/test"))
  }
}
