import Evaluation
import Formats
import Foundation
import Kernels
import Parallel
import Testing
import Transformer

struct PassageScorerTests {
  private let parameters = Parameters(
    ModelConfig(
      vocabularySize: 50, hiddenSize: 8, layers: 2, heads: 2, keyValueHeads: 1,
      intermediateSize: 16, context: 40),
    precision: .float32, seed: 3, initStd: 0.4, pool: WorkerPool(threads: 1))

  /// Passages of every length up to twice the context, in an order that mixes lengths.
  private var passages: [Passage] {
    var random = RandomStream(seed: 1, purpose: "passages")
    return (0..<30).map { index in
      let length = 2 + (index * 37) % 79
      return Passage(
        tokens: (0..<length).map { _ in Int32(50 * random.unit()) },
        scored: 1 + index % (length - 1))
    }
  }

  /// The log-probability of the scored tokens of one window, from its logits alone.
  private func naiveLogProb(of window: Passage, _ pool: WorkerPool) -> Double {
    let inputs = window.tokens.count - 1
    var batch = Batch(sequences: 1, time: inputs)
    batch.tokens = Array(window.tokens.dropLast())
    let activations = Activations(
      parameters.config, sequences: 1, time: inputs, precision: .float32, threads: 1,
      keeping: .nothing)
    parameters.forward(batch, activations, pool)
    let logits = parameters.logits(activations)
    var total = 0.0
    for row in inputs - window.scored..<inputs {
      let values = (0..<50).map { Double(logits.view[row, $0]) }
      total += values[Int(window.tokens[row + 1])] - log(values.reduce(0) { $0 + exp($1) })
    }
    return total
  }

  @Test func `passages scored together give what each window gives alone`() {
    let pool = WorkerPool(threads: 1)
    let together = parameters.scores(of: passages.map { [$0] }, pool: pool).flatMap(\.self)
    for (passage, score) in zip(passages, together) {
      let alone = passage.windows(context: 40).reduce(0) { $0 + naiveLogProb(of: $1, pool) }
      #expect(abs(score.logProb - alone) <= 1e-5 * max(1, abs(alone)), "\(score) \(alone)")
    }
  }

  /// Groups of a prompt with four answers, some longer than the context, after a start that all
  /// share.
  private var questions: [[Passage]] {
    var random = RandomStream(seed: 2, purpose: "questions")
    func tokens(_ count: Int) -> [Int32] { (0..<count).map { _ in Int32(50 * random.unit()) } }
    let start = tokens(5)
    return (0..<20).map { index in
      let prompt = start + tokens(index * 3)
      return (1...4).map { Passage(tokens: prompt + tokens($0 * 4), scored: $0 * 2) }
    }
  }

  @Test func `answers that share a prompt give what each gives alone`() {
    let pool = WorkerPool(threads: 1)
    let together = parameters.scores(of: questions, pool: pool)
    for (passages, scores) in zip(questions, together) {
      for (passage, score) in zip(passages, scores) {
        let alone = passage.windows(context: 40).reduce(0) { $0 + naiveLogProb(of: $1, pool) }
        #expect(abs(score.logProb - alone) <= 1e-5 * max(1, abs(alone)), "\(score) \(alone)")
      }
    }
  }

  @Test(arguments: [2, 7])
  func `every number of threads gives the same bits`(threads: Int) {
    let groups = questions + passages.map { [$0] }
    let one = parameters.scores(of: groups, pool: WorkerPool(threads: 1))
    #expect(parameters.scores(of: groups, pool: WorkerPool(threads: threads)) == one)
  }

  @Test func `an answer is greedy if every token is the most likely`() {
    let pool = WorkerPool(threads: 1)
    let prompts = questions.map { $0[0].tokens }.filter { $0.count <= 30 }
    let written = GreedyDecoding(parameters, prompts: prompts, limit: 3)
      .run(pool: pool) { _, _ in false }
    let groups = zip(prompts, written).map { prompt, answer in
      let other = answer.dropLast() + [(answer[2] + 1) % 50]
      return [
        Passage(tokens: prompt + answer, scored: 3), Passage(tokens: prompt + other, scored: 3),
      ]
    }
    #expect(!groups.isEmpty)
    for scores in parameters.scores(of: groups, pool: pool) {
      #expect(scores.map(\.isGreedy) == [true, false])
    }
  }
}
