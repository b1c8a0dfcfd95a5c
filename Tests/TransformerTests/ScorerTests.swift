import Formats
import Kernels
import Parallel
import Testing
@testable import Transformer

@Suite struct ScorerTests {
  @Test(arguments: [(11, 1), (11, 2), (5, 2), (1, 1)])
  func `every token is scored once, from its window`(_ sizes: (stride: Int, threads: Int)) {
    let pool = WorkerPool(threads: sizes.threads)
    let parameters = Parameters(tiny, precision: .float32, seed: 5, initStd: 0.3, pool: pool)
    var random = RandomStream(seed: 4, purpose: "documents")
    var block = TokenBlock()
    for length in [1, 0, 10, 11, 12, 40, 3] {
      block.append((0..<length).map { _ in Int32(random.index(below: 41)) }, bytes: length)
    }
    let scorer = Scorer(parameters, stride: sizes.stride, pool: pool)
    let values = scorer.logProbs(
      block, documents: block.documentCount, areAnswers: false, endOfText: 40)
    #expect(values.count == block.values.count)
    for document in 0..<block.documentCount {
      let text = [40] + block[document]
      for i in 1..<text.count {
        // The first window that reaches token i starts at a multiple of the stride.
        let start = max(0, (i - tiny.context + sizes.stride - 1) / sizes.stride * sizes.stride)
        let expected = logProb(of: text[i], after: Array(text[start..<i]), parameters, pool)
        let found = values[block.offsets[document] + i - 1]
        #expect(abs(found - expected) < 1e-4, "document \(document), token \(i)")
      }
    }
    let start = scorer.logProbs(block, documents: 3, areAnswers: false, endOfText: 40)
    #expect(start.count == block.offsets[3])
  }

  private func logProb(
    of token: Int32, after text: [Int32], _ parameters: Parameters, _ pool: WorkerPool
  ) -> Float {
    var batch = Batch(sequences: 1, time: text.count)
    batch.tokens = text
    batch.targets[text.count - 1] = token
    let activations = Activations(
      tiny, sequences: 1, time: text.count, precision: .float32, threads: pool.threads,
      keeping: .nothing)
    parameters.forward(batch, activations, scoring: true, pool)
    return -activations.loss(row: text.count - 1)
  }
}
