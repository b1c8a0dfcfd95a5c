import Formats
import Parallel
import Storage

/// A block of documents in the files of a domain.
struct BlockPlace: Hashable, Sendable {
  var file: Int
  var block: Int
}

/// The documents that a training sees of a domain: the first that it reads of all, up to a number
/// of tokens.
///
/// So a smaller pool is the start of a larger one, and a training that does not come to the end of
/// its pool is the same as one that has the whole domain.
struct DomainPool: Sendable {
  /// The number of tokens, with one end-of-text token for each document.
  private(set) var tokens = 0
  private var whole: Set<BlockPlace> = []
  /// The block that ends the pool, with those of its documents that are in it.
  private var last: (place: BlockPlace, documents: Set<Int>)?

  /// Gathers whole documents until their sum is as near to `wanted` as it comes.
  ///
  /// - Parameters:
  ///   - order: The blocks of `files` in the order in which they are read first.
  ///   - random: The random stream behind that order, from which documents are shuffled.
  /// - Throws: `FileError` if a block cannot be read.
  init(
    _ files: [TokenFileReader], order: [BlockPlace], random: RandomStream, wanted: Int
  ) throws(FileError) {
    var random = random
    for place in order {
      let block = try files[place.file].block(place.block)
      var documents: Set<Int> = []
      for document in random.permutation(block.documentCount) {
        let sum = tokens + block[document].count + 1
        guard sum - wanted <= wanted - tokens else {
          last = (place, documents)
          return
        }
        tokens = sum
        documents.insert(document)
      }
      whole.insert(place)
    }
  }

  /// Whether documents of a block are in the pool.
  func contains(_ place: BlockPlace) -> Bool {
    whole.contains(place) || place == last?.place && last?.documents.isEmpty == false
  }

  /// The documents of a block that are in the pool; nil for all.
  func documents(_ place: BlockPlace) -> Set<Int>? {
    place == last?.place ? last?.documents : nil
  }
}
