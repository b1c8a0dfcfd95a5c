import Evaluation
import Formats
import Tasks
import Testing

struct FewShotTests {
  private func questions(_ range: Range<Int>) -> [Question] {
    range.map { number in
      Question(
        candidates: [
          .init(prompt: "Question \(number)?", answer: "yes"),
          .init(prompt: "Question \(number)?", answer: "no"),
        ], correct: number % 2)
    }
  }

  private func set(_ range: Range<Int>, name: String = "t") -> TaskSet {
    TaskSet(name: name, path: "t.jsonl", questions: questions(range))
  }

  private func chosen(
    _ shots: Int, _ draw: FewShot.Draw, seed: UInt64 = 1, training: Range<Int>, asked: Range<Int>
  ) throws -> [[Int]] {
    let fewShot = FewShot(shots: shots, draw: draw, seed: seed, training: [set(training)])
    let examples = try fewShot.examples(of: set(asked))
    return try questions(asked).enumerated().map {
      try examples.indices(for: $1, number: $0)
    }
  }

  @Test(arguments: FewShot.Draw.allCases)
  func `examples are different from one another and from the question`(draw: FewShot.Draw) throws {
    // The questions are the training questions themselves.
    let chosen = try chosen(4, draw, training: 0..<6, asked: 0..<6)
    for (question, indices) in chosen.enumerated() {
      #expect(Set(indices).count == 4 && !indices.contains(question))
      #expect(indices.allSatisfy { 0..<6 ~= $0 })
    }
  }

  @Test func `examples are drawn for each question, or once for all`() throws {
    let each = try chosen(3, .each, training: 0..<50, asked: 100..<120)
    #expect(Set(each).count > 15)
    let once = try chosen(3, .once, training: 0..<50, asked: 100..<120)
    #expect(Set(once).count == 1)
  }

  @Test(arguments: FewShot.Draw.allCases) func `another seed draws others`(
    draw: FewShot.Draw
  ) throws {
    let (one, two) = (
      try chosen(3, draw, seed: 1, training: 0..<50, asked: 60..<61),
      try chosen(3, draw, seed: 2, training: 0..<50, asked: 60..<61)
    )
    #expect(one != two)
    #expect(try chosen(3, draw, seed: 1, training: 0..<50, asked: 60..<61) == one)
  }

  @Test func `examples of a question do not depend on how many are asked`() throws {
    let (few, many) = (
      try chosen(3, .each, training: 0..<50, asked: 60..<62),
      try chosen(3, .each, training: 0..<50, asked: 60..<80)
    )
    #expect(Array(many.prefix(2)) == few)
  }

  @Test func `the text has the right answers, with empty lines between`() throws {
    let examples = try FewShot(shots: 2, draw: .once, seed: 1, training: [set(0..<3)])
      .examples(of: set(9..<10))
    #expect(examples.text([1, 0]) == "Question 1? no\n\nQuestion 0? yes\n\n")
  }

  @Test func `too few examples, or none of the task, are an error`() throws {
    let error = #expect(throws: EvaluationError.self) {
      try chosen(3, .each, training: 0..<3, asked: 2..<3)
    }
    #expect(error == .fewExamples(task: "t", count: 2, shots: 3, path: "t.jsonl"))
    let other = FewShot(shots: 1, draw: .each, seed: 1, training: [set(0..<3, name: "u")])
    #expect(throws: EvaluationError.noExamples(task: "t", path: "t.jsonl")) {
      try other.examples(of: set(0..<1))
    }
    #expect(
      try FewShot.none.examples(of: set(0..<1)).indices(for: questions(0..<1)[0], number: 0) == [])
  }
}
