import Evaluation
import Formats
import Tasks
import Testing

struct TaskScoresTests {
  private typealias Choice = TaskScores.Detail.Choice

  @Test func `each normalization may prefer another choice`() {
    let choices = [
      Choice(logProb: -4, tokens: 1, bytes: 4, unconditional: -2),
      Choice(logProb: -6, tokens: 3, bytes: 5, unconditional: -9),
      Choice(logProb: -9, tokens: 4, bytes: 90, unconditional: -10),
    ]
    #expect(Normalization.sum.prediction(choices) == 0)
    #expect(Normalization.perToken.prediction(choices) == 1)
    #expect(Normalization.perByte.prediction(choices) == 2)
    #expect(Normalization.unconditional.prediction(choices) == 1)
  }

  @Test func `the first of equal choices is preferred`() {
    let choices = [Choice](
      repeating: Choice(logProb: -1, tokens: 1, bytes: 1, unconditional: -2), count: 3)
    for rule in Normalization.allCases { #expect(rule.prediction(choices) == 0) }
  }

  /// The scores of question `number`, whose choices have one token and one byte each.
  private func question(
    _ number: Int, _ logProbs: [Double], answer: Int, isTruncated: Bool = false,
    isGreedy: Bool = false, generation: TaskScores.Detail.Generation? = nil
  ) -> TaskScores.Detail {
    let choices = logProbs.map { Choice(logProb: $0, tokens: 1, bytes: 1, isGreedy: isGreedy) }
    return TaskScores.Detail(
      task: "t", question: number, examples: [1], choices: choices, answer: answer,
      predictions: ["sum": Normalization.sum.prediction(choices)], generation: generation,
      isTruncated: isTruncated)
  }

  @Test func `accuracy, its standard error, chance and the loss of right answers`() throws {
    let row = TaskScores.Row(
      task: "t", shots: 2,
      [
        question(1, [-1, -2], answer: 0), question(2, [-1, -3], answer: 1, isTruncated: true),
        question(3, [-5, -1, -2, -2], answer: 1), question(4, [-1, -1], answer: 0),
      ])
    let accuracy = try #require(row.accuracy?["sum"])
    #expect(accuracy.mean == 0.75)
    #expect(accuracy.standardError == 0.25)  // √(¾ · ¼ / 3)
    #expect(row.accuracy?.count == 1 && row.shots == 2 && row.droppedExamples == 4)
    #expect(row.chance == (3 * 0.5 + 0.25) / 4)
    #expect(row.answerLoss.nats == 1.5)
    #expect(row.questions == 4 && row.truncated == 1)
  }

  @Test func `a question with one choice counts in the loss, and as greedy or not`() {
    let row = TaskScores.Row(
      task: "t", shots: 1,
      [question(1, [-2], answer: 0, isGreedy: true), question(2, [-4], answer: 0)])
    #expect(row.accuracy == nil && row.chance == nil && row.exactMatch == nil)
    #expect(row.answerLoss.nats == 3 && row.greedy?.mean == 0.5)
    #expect(row.greedy?.standardError == 0.5)  // √(½ · ½ / 1)
    #expect(row.score(by: "sum")?.value == 0.5)
  }

  @Test func `what the model writes is compared with every accepted answer`() {
    typealias Generation = TaskScores.Detail.Generation
    let right = Generation(" The U.S.A.!", accepted: ["America", "usa"])
    #expect(right.isExactMatch && right.f1 == 1)
    let partly = Generation("a red red house", accepted: ["green", "the red door of a house"])
    #expect(!partly.isExactMatch)
    #expect(partly.f1 == 2 * 2 / Double(3 + 4))  // red and house, of 3 words and of 4
    #expect(Generation("", accepted: ["x"]) == Generation(text: "", isExactMatch: false, f1: 0))
    let row = TaskScores.Row(
      task: "t", shots: 0,
      [
        question(1, [-1], answer: 0, generation: right),
        question(2, [-1], answer: 0, generation: partly),
      ])
    #expect(row.exactMatch?.mean == 0.5 && row.f1?.mean == (1 + partly.f1) / 2)
    #expect(row.greedy == nil && row.score(by: "sum")?.value == 0.5)
  }
}
