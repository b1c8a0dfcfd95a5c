import Formats
import Foundation
import Kernels
import Parallel
import Testing
import Transformer

/// Tests that compare texts continued from cached keys and values with the pass over all of them.
struct ContinuationTests {
  private let config = ModelConfig(
    vocabularySize: 90, hiddenSize: 48, layers: 3, heads: 4, keyValueHeads: 2, headSize: 12,
    intermediateSize: 80,
    context: 128)

  private func parameters(_ precision: Precision) -> Parameters {
    Parameters(
      config, precision: precision, seed: 5, initStd: 0.3, pool: WorkerPool(threads: 1))
  }

  private func text(_ count: Int, seed: UInt64 = 1) -> [Int32] {
    var random = RandomStream(seed: seed, purpose: "text")
    return (0..<count).map { _ in Int32(random.index(below: config.vocabularySize)) }
  }

  /// The logits after every token of `text`, from one pass over all of it.
  private func fullLogits(_ parameters: Parameters, _ text: [Int32]) -> [[Float]] {
    let activations = Activations(
      config, sequences: 1, time: text.count, precision: parameters.precision, threads: 1,
      keeping: .nothing)
    var batch = Batch(sequences: 1, time: text.count)
    batch.tokens = text
    parameters.forward(batch, activations, WorkerPool(threads: 1))
    return rows(of: parameters.logits(activations))
  }

  private func rows(of logits: consuming Tensor) -> [[Float]] {
    let view = logits.view
    return (0..<view.rows).map { r in (0..<view.columns).map { view[r, $0] } }
  }

  @Test(arguments: precisions, [[77], [1, 76], [33, 32, 12], [76, 1], [5, 1, 1, 1, 40, 29]])
  func `a text in pieces gives the bits that it gives as a whole`(
    precision: Precision, pieces: [Int]
  ) {
    let (parameters, text) = (parameters(precision), text(77))
    let cache = KeyValueCache(config, capacity: 77, precision: precision)
    let buffers = ContinuationBuffers(parameters, rows: 77, context: 77)
    var (found, past): ([[Float]], Int) = ([], 0)
    for piece in pieces {
      let tree = TokenTree(chain: Array(text[past..<past + piece]), outputs: piece)
      let count = parameters.forward([Continuation(tree, of: cache, past: past)], buffers)
      found += rows(of: parameters.logits(count, buffers))
      past += piece
    }
    #expect(found == fullLogits(parameters, text))
  }

  @Test(arguments: precisions) func `what else is in the pass changes no bit`(
    precision: Precision
  ) {
    let parameters = parameters(precision)
    let buffers = ContinuationBuffers(parameters, rows: 200, context: 100)
    let parts = [3, 70, 1, 40].enumerated().map { index, count in
      Continuation(
        TokenTree(chain: text(count, seed: UInt64(index)), outputs: 1),
        of: KeyValueCache(config, capacity: 70, precision: precision), past: 0)
    }
    let count = parameters.forward(parts, buffers)
    let together = rows(of: parameters.logits(count, buffers))
    for (part, logits) in zip(parts, together) {
      let count = parameters.forward([part], buffers)
      #expect(rows(of: parameters.logits(count, buffers)) == [logits])
    }
  }

  @Test(arguments: precisions, [(0, 0), (0, 40), (37, 3), (16, 33)])
  func `branches of a tree are scored as texts of their own`(
    precision: Precision, lengths: (past: Int, trunk: Int)
  ) {
    let parameters = parameters(precision)
    let (past, trunk) = (text(lengths.past, seed: 7), text(lengths.trunk, seed: 8))
    let branches = [2, 1, 20, 35].enumerated().map { index, count in
      let tokens = text(count + 1, seed: UInt64(20 + index))
      return TokenTree.Branch(
        tokens: Array(tokens.dropLast()), targets: Array(tokens.suffix(min(count, 3))))
    }
    let tree = TokenTree(trunk: trunk, branches: branches)
    let scores = parameters.scores(
      of: [tree, tree], after: past, pool: WorkerPool(threads: 1), progress: { _ in })
    #expect(scores[0] == scores[1])
    // Sums over the keys in another order; in bfloat16 rounded operands may go the other way.
    let tolerance = precision == .float32 ? 2e-5 : 0.1
    var next = scores[0].startIndex
    for branch in branches {
      let logits = fullLogits(parameters, past + trunk + branch.tokens)
      for (row, target) in zip(logits.suffix(branch.targets.count), branch.targets) {
        let sum = row.reduce(0.0) { $0 + exp(Double($1)) }
        let expected = Double(row[Int(target)]) - log(sum)
        #expect(abs(Double(scores[0][next].logProb) - expected) < tolerance)
        if precision == .float32 {
          #expect(scores[0][next].isGreedy == (row.max() == row[Int(target)]))
        }
        next += 1
      }
    }
  }

  @Test(arguments: [1, 2, 7]) func `greedy decoding writes the largest logit again and again`(
    threads: Int
  ) {
    let parameters = parameters(.float32)
    let start = text(9)
    let prompts = (0..<41).map { start + text(1 + $0 % 13, seed: UInt64($0)) }
    let decoding = GreedyDecoding(parameters, prompts: prompts, limit: 6)
    let found = decoding.run(pool: WorkerPool(threads: threads)) { prompt, tokens in
      tokens.count > prompt % 7
    }
    for (prompt, tokens) in found.enumerated() {
      var expected = prompts[prompt]
      for _ in 0..<min(6, prompt % 7 + 1) {
        let last = fullLogits(parameters, expected).last ?? []
        expected.append(Int32(last.firstIndex(of: last.max() ?? 0) ?? -1))
      }
      #expect(tokens == Array(expected.dropFirst(prompts[prompt].count)), "prompt \(prompt)")
    }
  }
}
