import Evaluation
import Formats
import Testing

struct ScoringTests {
  private typealias Choice = TaskScores.Detail.Choice

  @Test func `each normalization may prefer another choice`() {
    let choices = [
      Choice(logProb: -4, tokens: 1, bytes: 4), Choice(logProb: -6, tokens: 3, bytes: 5),
      Choice(logProb: -9, tokens: 4, bytes: 90),
    ]
    #expect(Normalization.sum.prediction(choices) == 0)
    #expect(Normalization.perToken.prediction(choices) == 1)
    #expect(Normalization.perByte.prediction(choices) == 2)
  }

  @Test func `the first of equal choices is preferred`() {
    let choices = [Choice](repeating: Choice(logProb: -1, tokens: 1, bytes: 1), count: 3)
    for rule in Normalization.allCases { #expect(rule.prediction(choices) == 0) }
  }

  /// Question `number`, of choices with one token and one byte each.
  private func question(
    _ number: Int, _ logProbs: [Double], answer: Int, isTruncated: Bool = false
  ) -> TaskScores.Detail {
    TaskScores.Detail(
      task: "t", question: number,
      choices: logProbs.map { Choice(logProb: $0, tokens: 1, bytes: 1) }, answer: answer,
      isTruncated: isTruncated)
  }

  @Test func `accuracy, its standard error, chance and the loss of right answers`() throws {
    let row = TaskScores.Row(
      task: "t",
      [
        question(1, [-1, -2], answer: 0), question(2, [-1, -3], answer: 1, isTruncated: true),
        question(3, [-5, -1, -2, -2], answer: 1), question(4, [-1, -1], answer: 0),
      ])
    let accuracy = try #require(row.accuracy?["sum"])
    #expect(accuracy.mean == 0.75)
    #expect(accuracy.standardError == 0.25)  // √(¾ · ¼ / 3)
    #expect(row.chance == (3 * 0.5 + 0.25) / 4)
    #expect(row.answerLoss.nats == 1.5)
    #expect(row.questions == 4 && row.truncated == 1)
  }

  @Test func `a question with one choice counts in the loss only`() {
    let row = TaskScores.Row(task: "t", [question(1, [-2], answer: 0)])
    #expect(row.accuracy == nil && row.chance == nil)
    #expect(row.answerLoss.nats == 2 && row.answerLoss.standardError == nil)
  }
}
