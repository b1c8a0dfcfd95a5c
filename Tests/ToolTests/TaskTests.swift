import Formats
import Foundation
import Storage
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
      run.error.hasPrefix("evaluate-tasks: last: 1 questions, 1 longer than the model's context"))
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
    #expect(
      fromFile.output.split(separator: "\n").last == fromPipe.output.split(separator: "\n").last)
  }
}
