import Evaluation
import Formats
import Foundation
import Kernels
import Testing
import Transformer

struct PassageScorerTests {
  private let parameters = Parameters(
    ModelConfig(
      vocabulary: 50, width: 8, layers: 2, heads: 2, keyHeads: 1, inner: 16, context: 40),
    precision: .float32, seed: 3, spread: 0.4, pool: WorkerPool(threads: 1))

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

  /// log p of the scored tokens of one window, from its logits alone.
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

  @Test func `batches of padded windows give what each window gives alone`() {
    let pool = WorkerPool(threads: 1)
    let together = parameters.logProbs(of: passages, pool: pool)
    for (passage, logProb) in zip(passages, together) {
      let alone = passage.windows(context: 40).reduce(0) { $0 + naiveLogProb(of: $1, pool) }
      #expect(abs(logProb - alone) <= 1e-5 * max(1, abs(alone)), "\(logProb) \(alone)")
    }
  }

  @Test(arguments: [2, 7])
  func `every number of threads gives the same bits`(threads: Int) {
    let one = parameters.logProbs(of: passages, pool: WorkerPool(threads: 1))
    #expect(parameters.logProbs(of: passages, pool: WorkerPool(threads: threads)) == one)
  }
}
