@testable import Kernels
import Testing

@Suite struct `largest logits` {
  private static let block = CrossEntropy.blockColumns
  private static let vocabulary = 2 * block + 21

  /// The tokens of the largest logits, where all are −1 but those of `peaks`, which are −0.5.
  ///
  /// There are several blocks of them, the last one in part.
  private func largest(_ peaks: [[Int]]) -> [Int32] {
    let x = Tensor(rows: peaks.count, columns: Self.vocabulary)
    x.view.fill(-1)
    for (row, places) in peaks.enumerated() {
      for place in places { x.view[row, place] = -0.5 }
    }
    let head = identity(Self.vocabulary)
    return largestLogits(x.view, head: head.view)
  }

  @Test func `the largest is found in every block of columns`() {
    let places = [0, 15, 16, 511, 512, 513, 1023, 1024, 1040, 1044]
    #expect(largest(places.map { [$0] }) == places.map { Int32($0) })
  }

  @Test func `of equals the first counts, in one register, one block and several`() {
    #expect(
      largest([[3, 9], [9, 200], [200, 700], [511, 512], [513, 1024], [1030, 1044], []])
        == [3, 9, 200, 511, 513, 1030, 0])
    #expect(largest([Array(0..<Self.vocabulary)]) == [0])
  }

  @Test func `rows of a random head are searched as one logit after the other`() {
    let (vocabulary, width) = (3 * Self.block - 5, 9)
    let x = random(40, width, "x")
    let weights = random(width, vocabulary, "head")
    // Each token a second time in another block.
    for c in 0..<Self.block {
      for r in 0..<width { weights.view[r, c + Self.block] = weights.view[r, c] }
    }
    let head = PanelTensor(inner: width, columns: vocabulary, precision: .float32)
    head.view.copy(weights.view)
    let logits = Tensor(rows: 40, columns: vocabulary)
    product(logits.view, x.view, head.view)
    let expected = (0..<40).map { r in
      (1..<vocabulary).reduce(0) { logits.view[r, $1] > logits.view[r, $0] ? $1 : $0 }
    }
    #expect(largestLogits(x.view, head: head.view) == expected.map { Int32($0) })
    #expect(!expected.contains { Self.block..<2 * Self.block ~= $0 })
  }
}
