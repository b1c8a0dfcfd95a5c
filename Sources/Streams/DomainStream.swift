package import Formats
import Parallel
package import Storage

/// The training tokens of a domain as sequences, in an order that depends on its name and the seed.
///
/// Blocks are shuffled, and documents within a block; each document is preceded by one end-of-text
/// token. A sequence of `context + 1` tokens starts with the last token of the one before, so that
/// every token is learned once in an epoch. One block is in memory, and one that is read ahead.
package final class DomainStream {
  package let domain: String
  /// The number of tokens of one epoch.
  package let available: Int
  /// The number of tokens learned so far.
  package private(set) var used = 0

  private let files: [TokenFileReader]
  private let seed: UInt64
  private let endOfText: Int32
  private var random: RandomStream
  private var blocks: [(file: Int, block: Int)] = []
  private var nextBlock = 0
  private var epoch = 0
  private let readsAhead: Bool
  private var ahead: Ahead<Result<Shuffled, FileError>>?

  /// The documents of a block in the order in which they are learned.
  private struct Shuffled: Sendable {
    /// An end of text before each document.
    let ids: [Int32]
    /// The random stream behind the draws for the block.
    let random: RandomStream
  }
  private var pending: [Int32] = []
  private var position = 0

  /// Opens the training files of a domain.
  ///
  /// - Parameter readsAhead: Whether another thread reads the next block.
  /// - Throws: `StreamError.emptyDomain` if it has no training tokens, `.file` if a file cannot
  ///   be read or is not the one that the manifest lists.
  package init(
    _ folder: TokenFolder, seed: UInt64, readsAhead: Bool = false
  ) throws(StreamError) {
    let files: [TokenFileReader]
    do { files = try folder.files("train") } catch { throw .file(error) }
    guard folder.tokens("train") > 0 else {
      throw .emptyDomain(folder.domain, path: folder.manifest)
    }
    (self.files, self.seed, domain) = (files, seed, folder.domain)
    self.readsAhead = readsAhead
    (available, endOfText) = (folder.tokens("train"), folder.contents.endOfText)
    random = RandomStream(seed: seed, purpose: "")
  }

  /// The number of times that the tokens were read, a fraction included.
  package var epochs: Double { Double(used) / Double(available) }

  /// The `context + 1` ids of the next sequence.
  ///
  /// - Throws: `FileError` if the next block cannot be read.
  package func next(context: Int) throws(FileError) -> ArraySlice<Int32> {
    while pending.count - position < context + 1 { try load() }
    defer {
      position += context
      used += context
    }
    return pending[position...position + context]
  }

  /// Goes past the next `count` sequences, which were learned before.
  ///
  /// - Throws: `FileError` if a block cannot be read.
  package func skip(sequences count: Int, context: Int) throws(FileError) {
    for _ in 0..<count {
      while pending.count - position < context + 1 { try load() }
      position += context
    }
    used += count * context
  }

  /// Appends the documents of the next block.
  private func load() throws(FileError) {
    if epoch == 0 { startEpoch() }
    let block = try (ahead?.value ?? shuffledBlock()()).get()
    random = block.random
    pending.removeFirst(position)
    pending += block.ids
    position = 0
    nextBlock += 1
    if nextBlock == blocks.count { startEpoch() }
    if readsAhead { ahead = Ahead(shuffledBlock()) }
  }

  /// What reads the next block and shuffles its documents, on any thread.
  private func shuffledBlock() -> @Sendable () -> Result<Shuffled, FileError> {
    { [file = files[blocks[nextBlock].file], index = blocks[nextBlock].block, random, endOfText] in
      Result { () throws(FileError) in
        let block = try file.block(index)
        var random = random
        var ids: [Int32] = []
        ids.reserveCapacity(block.values.count + block.documentCount)
        for document in random.permutation(block.documentCount) {
          ids.append(endOfText)
          ids += block[document]
        }
        return Shuffled(ids: ids, random: random)
      }
    }
  }

  private func startEpoch() {
    random = RandomStream(seed: seed, purpose: "order of \(domain), epoch \(epoch)")
    let all = files.indices.flatMap { file in (0..<files[file].blockCount).map { (file, $0) } }
    blocks = random.permutation(all.count).map { all[$0] }
    (nextBlock, epoch) = (0, epoch + 1)
  }
}
