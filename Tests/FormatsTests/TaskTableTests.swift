import Formats
import Storage
import Tasks
import TestSupport
import Testing

struct TaskTableTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func table(_ text: String) throws -> TaskTable {
    try TaskTable(folder.write("t.tsv", text))
  }

  @Test func `the paper's table has its eleven tasks, and LAMBADA`() throws {
    let table = try TaskTable(Repository.file("data/tasks/paper.tsv"))
    let names = Set(table.tasks.map(\.name))
    #expect(
      names.isSuperset(of: [
        "ARC-easy", "ARC-challenge", "OpenBookQA", "MultiRC", "BoolQ", "PIQA", "HellaSwag",
        "WinoGrande", "SIQA", "CommonsenseQA", "LAMBADA", "COPA",
      ]))
  }

  @Test func `the first pattern with a file wins, in any folder below`() throws {
    let table = try table(
      """
      # remark
      a\tx.zip:dev.jsonl,a.jsonl*\tpiqa\tquestion\tall
      b\tb.jsonl\tplain\tgiven\tanswer

      """)
    try folder.write("deep/a.jsonl.zst", [1])
    var found = try table.found(in: folder.path)
    #expect(found.map(\.task.name) == ["a"])
    #expect(found[0].source == TaskSource(path: "\(folder.path)/deep/a.jsonl.zst", member: nil))
    #expect(found[0].task.isQuestion && found[0].task.loss == .all)
    try folder.write("x.zip", [1])
    found = try table.found(in: folder.path)
    #expect(found[0].source == TaskSource(path: "\(folder.path)/x.zip", member: "dev.jsonl"))
  }

  @Test func `two files of one task, and none of any, are errors`() throws {
    let table = try table("a\ta*.jsonl\tplain\tgiven\tanswer\n")
    #expect(throws: FileError.self) { try table.found(in: folder.path) }
    try folder.write("a1.jsonl", [1])
    try folder.write("a2.jsonl", [1])
    let error = #expect(throws: FileError.self) { try table.found(in: folder.path) }
    #expect(error?.message.contains("a2.jsonl: is a file of a, as") == true)
  }

  @Test(arguments: [
    ("", "has no tasks"), ("a\tb\tplain\tgiven\n", "line 1: has 4 columns"),
    ("a b\tb\tplain\tgiven\tanswer\n", "line 1: a b is no task name"),
    ("a\tb\tglue\tgiven\tanswer\n", "line 1: glue is no format"),
    ("a\tb\tplain\tnone\tanswer\n", "line 1: none is no prompt"),
    ("a\tb\tplain\tgiven\thalf\n", "line 1: a loss on half is not known"),
    ("a\tb\tplain\tgiven\tall\na\tb\tplain\tgiven\tall\n", "line 2: the task a is there already"),
  ])
  func `a bad table says what is wrong`(text: String, problem: String) throws {
    let error = #expect(throws: FileError.self) { try table(text) }
    #expect(error?.message.contains(problem) == true, "\(error?.message ?? "")")
  }
}

struct QuestionFormTests {
  @Test(arguments: [
    ("Question: Wet?", "Question: Wet?\nAnswer:"), ("Question: Wet?\n", "Question: Wet?\nAnswer:"),
    ("Question: Wet?\nAnswer:", "Question: Wet?\nAnswer:"), ("Wet is", "Question: Wet is\nAnswer:"),
    ("Passage: It rains.\nQuestion: Wet?", "It rains.\nQuestion: Wet?\nAnswer:"),
    ("Context: Two\nlines.\nQuestion: Wet?\nAnswer:", "Two\nlines.\nQuestion: Wet?\nAnswer:"),
  ])
  func `all prompts have one form`(given: String, formed: String) {
    let question = Question(candidates: [.init(prompt: given, answer: "x")], correct: 0)
    let result = QuestionForm.formed(question)
    #expect(result.candidates == [.init(prompt: formed, answer: "x")])
    #expect(QuestionForm.formed(result) == result)
  }

  @Test func `choices that are letters of a list become the choices`() {
    let prompt = "Question: Wet?\nChoices:\nA. sand\nB. rain\nAnswer:"
    let formed = QuestionForm.formed(
      Question(
        candidates: [.init(prompt: prompt, answer: "A"), .init(prompt: prompt, answer: "B")],
        correct: 1))
    #expect(formed.candidates.map(\.answer) == ["sand", "rain"] && formed.correct == 1)
    #expect(formed.candidates.allSatisfy { $0.prompt == "Question: Wet?\nAnswer:" })
  }
}
