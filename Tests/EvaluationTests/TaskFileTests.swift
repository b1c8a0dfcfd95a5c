import Formats
import Storage
import Tasks
import TestSupport
import Testing

struct TaskFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func file(_ name: String, _ lines: String...) throws -> String {
    try folder.write(name, lines: lines)
  }

  @Test func `a question is read with a space between context and choice`() throws {
    let path = try file(
      "t.jsonl.zst", #"{"task":"t","context":"The sky is","choices":["blue","red"],"answer":0}"#)
    let sets = try TaskSet.read([path])
    let expected = Question(
      candidates: [
        .init(prompt: "The sky is", answer: "blue"), .init(prompt: "The sky is", answer: "red"),
      ], correct: 0)
    #expect(sets == [TaskSet(name: "t", path: path, sources: [path], questions: [expected])])
  }

  @Test func `choices with a common continuation are prompts`() throws {
    let path = try file(
      "t.jsonl",
      """
      {"task":"w","context":"","choices":["Ann ran so Ann","Ann ran so Bob"],"continuation":"won.",\
      "answer":1}
      """)
    let question = try #require(try TaskSet.read([path]).first?.questions.first)
    #expect(question.candidates.map(\.prompt) == ["Ann ran so Ann", "Ann ran so Bob"])
    #expect(question.candidates.map(\.answer) == ["won.", "won."])
  }

  @Test func `choices without text are left out where several may be right`() throws {
    let path = try file(
      "t.jsonl", #"{"task":"m","context":"","choices":["a"," ","c",""],"answer":[0,3]}"#)
    let questions = try #require(try TaskSet.read([path]).first?.questions)
    #expect(questions.map { $0.candidates.map(\.answer) } == [["a", "c"]])
  }

  @Test func `several right answers are asked for one by one, beside the wrong ones`() throws {
    let path = try file(
      "t.jsonl", #"{"task":"m","context":"","choices":["a","b","c"],"answer":[2,0]}"#)
    let questions = try #require(try TaskSet.read([path]).first?.questions)
    #expect(questions.map { $0.candidates.map(\.answer) } == [["b", "c"], ["a", "b"]])
    #expect(questions.map(\.correct) == [1, 0])
  }

  @Test func `tasks of one file are kept apart, in order of appearance`() throws {
    let path = try file(
      "t.jsonl", #"{"task":"b","context":"","choices":["x"],"answer":0}"#,
      #"{"task":"a","context":"","choices":["x"],"answer":0}"#,
      #"{"task":"b","context":"","choices":["y"],"answer":0}"#)
    let sets = try TaskSet.read([path])
    #expect(sets.map(\.name) == ["b", "a"])
    #expect(sets.map(\.questions.count) == [2, 1])
  }

  @Test func `one task in two files is an error`() throws {
    let line = #"{"task":"a","context":"","choices":["x"],"answer":0}"#
    let (first, second) = (try file("1.jsonl", line), try file("2.jsonl", line))
    #expect(throws: FileError.self) { try TaskSet.read([first, second]) }
  }

  @Test(arguments: [
    (#"{"task":"a","context":"","choices":[],"answer":0}"#, "has no choices"),
    (#"{"task":"a","context":"","choices":["x","y"],"answer":2}"#, "answer 2 is none of its 2"),
    (#"{"task":"a","context":"","choices":["x","y"],"answer":-1}"#, "answer -1 is none of its 2"),
    (#"{"task":"a","context":"","choices":["x"," "],"answer":0}"#, "choice 1 is empty"),
    (
      #"{"task":"a","context":"","choices":["x"],"continuation":"","answer":0}"#,
      "continuation is empty"
    ),
    (
      #"{"task":"a","context":"","choices":["x"],"answer":"x"}"#,
      #"field "answer" has the wrong type"#
    ),
    (#"{"id":"mixture-001","weights":{"A":1}}"#, #"has no field "task""#),
    (#"{"task":"a""#, "is not valid JSON"),
  ])
  func `a bad line is named by file and line`(line: String, problem: String) throws {
    let path = try file("t.jsonl", #"{"task":"a","context":"","choices":["x"],"answer":0}"#, line)
    let error = #expect(throws: FileError.self) { try TaskSet.read([path]) }
    #expect(error?.kind == .badData)
    #expect(error?.message.hasPrefix("\(path): line 2: \(problem)") == true, "\(error as Any)")
  }

  @Test func `a file without lines holds no question`() throws {
    let path = try file("t.jsonl")
    let error = #expect(throws: FileError.self) { try TaskSet.read([path]) }
    #expect(error == .content(path: path, problem: "holds no question"))
  }
}
