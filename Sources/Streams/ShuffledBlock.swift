import Formats
import Parallel

/// The documents of a block in the order in which they are learned.
struct ShuffledBlock: Sendable {
  /// The ids, with an end of text before each document.
  let ids: [Int32]
  /// The random stream behind the draws for the block.
  let random: RandomStream

  /// - Parameter kept: The documents that are learned; nil for all.
  init(_ block: StoredTokenBlock, kept: Set<Int>?, random: RandomStream, endOfText: Int32) {
    var random = random
    ids =
      switch block {
      case .narrow(let block): block.shuffled(&random, kept, endOfText)
      case .wide(let block): block.shuffled(&random, kept, endOfText)
      }
    self.random = random
  }
}

extension DocumentBlock where Value: FixedWidthInteger {
  fileprivate func shuffled(
    _ random: inout RandomStream, _ kept: Set<Int>?, _ endOfText: Int32
  ) -> [Int32] {
    unsafe [Int32](unsafeUninitializedCapacity: values.count + documentCount) { target, count in
      unsafe values.withUnsafeBufferPointer { values in
        for document in random.permutation(documentCount) where kept?.contains(document) ?? true {
          unsafe target.initializeElement(at: count, to: endOfText)
          let places = offsets[document]..<offsets[document + 1]
          let start = count + 1 - places.lowerBound
          for i in places {
            let id = Int32(truncatingIfNeeded: unsafe values[i])
            unsafe target.initializeElement(at: start &+ i, to: id)
          }
          count += 1 + places.count
        }
      }
    }
  }
}
