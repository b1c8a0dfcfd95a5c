import Formats
import Mixtures
import Regression
import Storage
import Tasks
import Testing

/// The end tasks of a table, asked and fitted.
struct TaskTableToolTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace(on: Pipeline.shared.get()) }

  private func run(_ tool: String, _ arguments: [String]) throws -> ToolRun {
    let run = try ToolRun(tool, arguments, directory: workspace.path)
    #expect(run.end == .exit(0), "\(run.error)")
    return run
  }

  private static let words = ["river", "house", "sum", "ring", "old", "home", "proof", "field"]

  /// Forty questions in a folder `asked`, and a table that knows them.
  private func writeTasks() throws {
    let questions = (0..<40).map { number in
      let (one, two) = (Self.words[number % 8], Self.words[(number / 8 + number + 1) % 8])
      return
        #"{"task":"copa","context":"\#(one)","choices":["\#(two)","was"],"answer":\#(number % 2)}"#
    }
    try workspace.write("asked/copa.jsonl", questions.joined(separator: "\n") + "\n")
    try workspace.write("table.tsv", "COPA\tCOPA.zip,copa.jsonl*\tcopa\tgiven\tanswer\n")
  }

  private func details(_ flags: String...) throws -> [TaskScores.Detail] {
    _ = try run(
      "evaluate-tasks",
      [
        "--model", "3-models/natural", "--table", "table.tsv", "asked", "--details", "out/d.jsonl",
        "-o", "out/s.jsonl",
      ] + flags)
    return try workspace.bytes("out/d.jsonl").split(separator: 10).dropFirst().map {
      try JSON.decode(TaskScores.Detail.self, from: $0, path: "d.jsonl")
    }
  }

  @Test func `the questions asked are those that no validation loss is of`() throws {
    try writeTasks()
    _ = try run(
      "tokenize-tasks",
      ["--table", "table.tsv", "asked", "--tokenizer", "1-tokens/tokenizer.json", "-o", "out"])
    let choices = try TokenFileReader("\(workspace.path)/out/COPA/choices-000.tok.zst")
    let validation = try #require(choices.header.questions).choices.count
    let asked = try details().map(\.question)
    #expect(validation > 5 && asked.count > 5 && validation + asked.count == 40)
    #expect(Set(asked).count == asked.count && asked.allSatisfy { 1...40 ~= $0 })
    #expect(Set(try details("--max-questions", "3").map(\.question)).isSubset(of: asked))
    // Examples come from the others, and are named by their numbers in the file.
    let examples = Set(try details("--shots", "1").flatMap(\.examples))
    #expect(!examples.isEmpty && examples.isDisjoint(with: asked))
  }

  @Test func `errors on tasks are fitted, the experts' answers among the features`() throws {
    var files: [String] = []
    var expected: [String: Double] = [:]
    for number in 1...5 {
      let name = "mixture-00\(number)"
      let lines = try workspace.bytes("tasks/\(name).jsonl").split(separator: 10)
      let header = try JSON.decode(TaskScores.Header.self, from: lines[0], path: name)
      var bytes = Array(lines[0]) + [10]
      for line in lines.dropFirst() {
        var row = try JSON.decode(TaskScores.Row.self, from: line, path: name)
        let score = 0.2 + 0.5 * (header.model.weights?["Code"] ?? 0)
        row.accuracy?["perByte"]?.mean = score
        if row.task == "old" { expected[name] = 1 - score } else { continue }
        bytes += JSON.encode(row) + [10]
      }
      try createFolder("\(workspace.path)/out")
      try replaceFile("\(workspace.path)/out/\(name).jsonl", bytes: bytes)
      files.append("out/\(name).jsonl")
    }
    _ = try run("mde-features", Stage.choiceFeatures.arguments + ["-o", "out/f.jsonl.zst"])
    _ = try run(
      "fit-regressor",
      ["--task-scores", "perByte", "--features", "out/f.jsonl.zst", "--runs"] + files
        + ["-o", "out/errors.json"])
    let fitted = try RegressorFile(reading: "\(workspace.path)/out/errors.json")
    #expect(fitted.sets == ["old"])
    #expect(fitted.families.contains { $0.inputs.contains(.mde) })
    for (id, losses) in zip(fitted.data.ids, fitted.data.losses) {
      #expect(abs(losses[0] - (expected[id] ?? .nan)) < 1e-12)
    }
  }
}
