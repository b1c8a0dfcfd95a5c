import Formats
import Foundation
import Storage
import Tasks
import Testing

/// Evaluation sets of end tasks: `tokenize-tasks`, `score-logprobs` and `mde-features --choices`.
struct TaskSetTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace(on: Pipeline.shared.get()) }

  private func tokenize(_ arguments: String..., into folder: String = "out") throws {
    let run = try ToolRun(
      "tokenize-tasks", ["--tokenizer", "1-tokens/tokenizer.json"] + arguments + ["-o", folder],
      directory: workspace.path)
    #expect(run.end == .exit(0) && run.error == "" && run.output == "", "\(run.error)")
  }

  /// The log-probabilities that `model` gives the documents of a file, and the file's header.
  private func score(
    _ model: String, _ tokens: String
  ) throws -> (header: LogProbHeader, sums: [Double], tokens: Int, bytes: Int) {
    let run = try ToolRun(
      "score-logprobs", ["--model", "3-models/\(model)", tokens, "-q", "-o", "out/s.lp.zst"],
      directory: workspace.path)
    try #require(run.end == .exit(0), "\(run.error)")
    let file = try LogProbFileReader("\(workspace.path)/out/s.lp.zst")
    let blocks = try (0..<file.blockCount).map { try file.block($0) }
    let documents = blocks.flatMap { block in (0..<block.documentCount).map { Array(block[$0]) } }
    return (
      file.header, documents.map { $0.reduce(0) { $0 + Double($1) } },
      documents.reduce(0) { $0 + $1.count }, blocks.flatMap(\.bytes).reduce(0, +)
    )
  }

  private func evaluate(
    _ model: String, _ tasks: String
  ) throws -> (rows: [TaskScores.Row], details: [TaskScores.Detail]) {
    let run = try ToolRun(
      "evaluate-tasks",
      [
        "--model", "3-models/\(model)", tasks, "-q", "--details", "out/d.jsonl", "-o",
        "out/e.jsonl",
      ],
      directory: workspace.path)
    try #require(run.end == .exit(0), "\(run.error)")
    func lines<Line: Decodable>(_ name: String, _ type: Line.Type) throws -> [Line] {
      try workspace.bytes(name).split(separator: 10).dropFirst().map {
        try JSON.decode(type, from: $0, path: name)
      }
    }
    return (
      try lines("out/e.jsonl", TaskScores.Row.self),
      try lines("out/d.jsonl", TaskScores.Detail.self)
    )
  }

  @Test func `the loss of the answers is that of evaluate-tasks, also where text is cut`() throws {
    let scores = try evaluate("natural", "tasks.jsonl").rows
    for row in scores {
      let own = try score("natural", "1-tasks/\(row.task)/validation-000.tok.zst")
      let nats = -own.sums.reduce(0, +) / Double(own.tokens)
      #expect(abs(nats - row.answerLoss.nats) < 1e-4 * row.answerLoss.nats, "\(row.task)")
      let bits = -own.sums.reduce(0, +) / (log(2) * Double(own.bytes))
      #expect(abs(bits - (row.answerLoss.bitsPerByte ?? 0)) < 1e-3, "\(row.task)")
      #expect(own.header.truncated == row.truncated)
    }
  }

  @Test func `choices are in the order of the questions, and the file says which are right`() throws
  {
    let details = try evaluate("expert-Maths", "tasks.jsonl").details.filter {
      $0.choices.count > 1
    }
    let own = try score("expert-Maths", "1-tasks/old/choices-000.tok.zst")
    #expect(own.header.evaluation.questions == QuestionGroups(choices: [2, 3], answers: [0, 1]))
    let expected = details.flatMap { $0.choices.map(\.logProb) }
    try #require(own.sums.count == expected.count)
    for (a, b) in zip(own.sums, expected) { #expect(abs(a - b) < 1e-4 * abs(b)) }
  }

  @Test func `a mixture that is one expert answers as that expert does`() throws {
    try workspace.write(
      "one.jsonl", #"{"id":"one","weights":{"Code":0,"Maths":1,"Prose":0}}"# + "\n")
    let run = try ToolRun(
      "mde-features",
      Stage.choiceFeatures.replacing("2-mixtures/observed.jsonl", by: "one.jsonl")
        .arguments(under: "out"), directory: workspace.path)
    try #require(run.end == .exit(0), "\(run.error)")
    let table = try FeatureTable(reading: "\(workspace.path)/out/observed.jsonl.zst")
    // The task whose questions have one choice each has none to choose from.
    #expect(table.header.choices?.keys.sorted() == ["old"])
    #expect(table.header.choices?["old"]?.questions == 2)
    let row = try #require(
      try evaluate("expert-Maths", "tasks.jsonl").rows.first { $0.task == "old" })
    let scores = try #require(table.rows[0].choices?["old"])
    // Nothing is cached of choices behind another prompt.
    for (name, accuracy) in try #require(row.accuracy) where name != "unconditional" {
      #expect(scores[name]?.accuracy == accuracy.mean, "\(name)")
    }
    #expect(scores["sum"].map { 0 < $0.probability && $0.probability < 1 && $0.nats > 0 } == true)
  }

  @Test func `without choices the features are as they were`() throws {
    let table = try FeatureTable(reading: "\(workspace.path)/5-features/observed.jsonl.zst")
    #expect(table.header.choices == nil && table.rows.allSatisfy { $0.choices == nil })
  }

  @Test func `loss on all text has no contexts`() throws {
    try tokenize("--loss-on", "all", "--test-fraction", "0", "tasks.jsonl")
    let file = try TokenFileReader("\(workspace.path)/out/old/validation-000.tok.zst")
    #expect(file.header.provenance.version == TokenHeader.version)
    #expect(
      try file.block(0).bytes == ["the house was old".utf8.count, "let proof sum".utf8.count])
    let choices = try TokenFileReader("\(workspace.path)/out/old/choices-000.tok.zst")
    #expect(choices.header.provenance.version == TokenHeader.versionWithContexts)
  }

  @Test func `questions are split and limited by the hash of their text`() throws {
    let lines = (0..<60).map {
      #"{"task":"t","context":"house \#($0)","choices":["old","sum"],"answer":\#($0 % 2)}"#
    }
    try workspace.write("a.jsonl", lines.joined(separator: "\n") + "\n")
    try workspace.write("b.jsonl", lines.reversed().joined(separator: "\n") + "\n")
    func documents(_ folder: String, _ split: String) throws -> Set<[Int32]> {
      let file = try TokenFileReader("\(workspace.path)/\(folder)/t/\(split)-000.tok.zst")
      let block = try file.block(0)
      return Set((0..<block.documentCount).map { Array(block[$0]) })
    }
    try tokenize("a.jsonl", into: "out/all")
    try tokenize("b.jsonl", "--max-questions", "10", into: "out/few")
    let (validation, test) = (
      try documents("out/all", "validation"), try documents("out/all", "test")
    )
    #expect(validation.count + test.count == 60 && validation.isDisjoint(with: test))
    for (split, all) in [("validation", validation), ("test", test)] {
      let few = try documents("out/few", split)
      #expect(few.count == 10 && few.isSubset(of: all))
    }
    let manifest = try TokenManifest("\(workspace.path)/out/few/t")
    #expect(manifest.splits["choices"]?.amount.documents == 20)
  }

  @Test func `a table finds the tasks of a folder and unifies their prompts`() throws {
    try workspace.write(
      "t.tsv", "A\ta.jsonl\tarc\tquestion\tanswer\nB\tb.jsonl\tplain\tquestion\tanswer\n")
    try workspace.write(
      "data/a.jsonl",
      #"{"question":{"stem":"old?","choices":[{"label":"A","text":"house"}]},"answerKey":"A"}"#)
    try workspace.write(
      "data/b.jsonl", #"{"task":"x","context":"old?","choices":["house"],"answer":0}"#)
    try tokenize("--table", "t.tsv", "data", "--test-fraction", "0")
    let blocks = try ["A", "B"].map {
      try TokenFileReader("\(workspace.path)/out/\($0)/validation-000.tok.zst").block(0)
    }
    #expect(blocks[0].values == blocks[1].values && blocks[0].contexts == blocks[1].contexts)
  }

  @Test func `bad input is refused by file, line and task`() throws {
    try workspace.write("bad.jsonl", #"{"goal":"x","sol1":"a","sol2":"b"}"#)
    try workspace.expectRefusal(
      65, "bad.jsonl: line 1: has no label, and no file -labels.lst beside it has",
      Stage.tokenizeTasks.replacing("tasks.jsonl", by: "bad.jsonl"))
    try workspace.expectRefusal(
      65, "tasks.jsonl: no question of old falls into its validation split",
      Stage.tokenizeTasks.replacing("0", by: "0.9999"))
    try workspace.expectRefusal(
      64, "1-tasks/old/choices-000.tok.zst: holds whole questions; score it alone",
      Stage.scoreChoices("natural", "old").adding("--max-tokens", "5"))
    try workspace.expectRefusal(
      65, "4-logprobs/expert-Code/validation/Code.lp.zst: does not hold the choices of questions",
      Stage.mdeFeatures.adding(
        "--choices", "4-logprobs/expert-Code/validation", "4-logprobs/expert-Maths/validation",
        "4-logprobs/expert-Prose/validation"))
    try workspace.expectRefusal(
      64, "--choices are of the experts Code, but --experts of Code, Maths, Prose",
      Stage.mdeFeatures.adding("--choices", "4-logprobs/expert-Code/choices"))
  }
}
