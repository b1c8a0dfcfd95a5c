package import Formats
import Parallel
package import Storage

/// The training tokens of a domain as sequences, in an order that depends on its name and the seed.
///
/// Blocks are shuffled, and documents within a block; each document is preceded by one end-of-text
/// token. A sequence of `context + 1` tokens starts with the last token of the one before, so that
/// every token is learned once in an epoch. One block is in memory, and two that are read ahead.
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
  private let pool: DomainPool?
  private var blocks: [BlockPlace] = []
  private var nextBlock = 0
  private var epoch = 0
  private let readsAhead: Bool
  private var ahead: Ahead<Result<ShuffledBlock, FileError>>?
  /// The block behind the one ahead, of the same epoch, as it is in the file.
  private var behind: Ahead<Result<StoredTokenBlock, FileError>>?

  /// The ids of the block that is learned; the next sequence starts at `position`.
  private var ids: [Int32] = []
  private var position = 0

  /// Opens the training files of a domain.
  ///
  /// - Parameters:
  ///   - poolTokens: The number of tokens that are seen of the domain, in whole documents; nil, or
  ///     more than there are, for all.
  ///   - readsAhead: Whether another thread reads the next block.
  /// - Throws: `StreamError.emptyDomain` if it has no training tokens, `.emptyPool` if the pool
  ///   holds no document, `.file` if a file cannot be read or is not the one that the manifest
  ///   lists.
  package init(
    _ folder: TokenFolder, poolTokens: Int? = nil, seed: UInt64, readsAhead: Bool = false
  ) throws(StreamError) {
    let files: [TokenFileReader]
    do { files = try folder.files("train") } catch { throw .file(error) }
    guard folder.tokens("train") > 0 else {
      throw .emptyDomain(folder.domain, path: folder.manifest)
    }
    (self.files, self.seed, domain) = (files, seed, folder.domain)
    self.readsAhead = readsAhead
    endOfText = folder.contents.endOfText
    random = RandomStream(seed: seed, purpose: "")
    guard let poolTokens, poolTokens < folder.tokens("train") else {
      (available, pool) = (folder.tokens("train"), nil)
      return
    }
    let (order, random) = Self.order(of: files, domain: folder.domain, seed: seed, epoch: 0)
    do {
      pool = try DomainPool(files, order: order, random: random, wanted: poolTokens)
    } catch { throw .file(error) }
    available = pool?.tokens ?? 0
    guard available > 0 else {
      throw .emptyPool(folder.domain, tokens: poolTokens, path: folder.manifest)
    }
  }

  /// The number of times that the tokens were read, a fraction included.
  package var epochs: Double { Double(used) / Double(available) }

  /// The `context + 1` ids of the next sequence.
  ///
  /// - Throws: `FileError` if the next block cannot be read.
  package func next(context: Int) throws(FileError) -> ArraySlice<Int32> {
    let end = position + context + 1
    used += context
    guard end > ids.count else {
      position = end - 1
      return ids[position - context..<end]
    }
    var sequence = Array(ids[position...])
    repeat {
      try load()
      let first = ids.prefix(context + 1 - sequence.count)
      sequence += first
      position = first.count - 1
    } while sequence.count <= context
    return sequence[...]
  }

  /// Goes past the next `count` sequences, which were learned before.
  ///
  /// - Throws: `FileError` if a block cannot be read.
  package func skip(sequences count: Int, context: Int) throws(FileError) {
    for _ in 0..<count { _ = try next(context: context) }
  }

  /// Puts the documents of the next block in place of those that were learned.
  private func load() throws(FileError) {
    if epoch == 0 { startEpoch() }
    let block = try (ahead?.value ?? shuffledBlock()()).get()
    (ids, random) = (block.ids, block.random)
    nextBlock += 1
    if nextBlock == blocks.count { startEpoch() }
    guard readsAhead else { return }
    ahead = Ahead(shuffledBlock())
    behind = blocks.dropFirst(nextBlock + 1).first.map { place in
      Ahead { [file = files[place.file]] in
        Result { () throws(FileError) in try file.storedBlock(place.block) }
      }
    }
  }

  /// What reads the next block and shuffles its documents, on any thread.
  private func shuffledBlock() -> @Sendable () -> Result<ShuffledBlock, FileError> {
    let place = blocks[nextBlock]
    let kept = pool?.documents(place)
    return { [file = files[place.file], behind, random, endOfText] in
      Result { () throws(FileError) in
        let block: StoredTokenBlock
        if let behind {
          block = try behind.value.get()
        } else {
          block = try file.storedBlock(place.block)
        }
        return ShuffledBlock(block, kept: kept, random: random, endOfText: endOfText)
      }
    }
  }

  private func startEpoch() {
    (blocks, random) = Self.order(of: files, domain: domain, seed: seed, epoch: epoch)
    if let pool { blocks.removeAll { !pool.contains($0) } }
    (nextBlock, epoch) = (0, epoch + 1)
  }

  /// The blocks of all files in the order of an epoch, with the random stream behind it.
  private static func order(
    of files: [TokenFileReader], domain: String, seed: UInt64, epoch: Int
  ) -> (blocks: [BlockPlace], random: RandomStream) {
    var random = RandomStream(seed: seed, purpose: "order of \(domain), epoch \(epoch)")
    let all = files.indices.flatMap { file in
      (0..<files[file].blockCount).map { BlockPlace(file: file, block: $0) }
    }
    return (random.permutation(all.count).map { all[$0] }, random)
  }
}
