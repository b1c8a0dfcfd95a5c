package import Formats
import Kernels
import Parallel
package import Storage

/// A folder of one domain's token files, as its manifest lists them.
package struct DomainFolder: Sendable {
  package let path: String
  package let contents: TokenManifest

  /// Reads the manifest of the folder `path`.
  ///
  /// - Throws: `FileError` if it cannot be read, or is not a manifest of tokens.
  package init(_ path: String) throws(FileError) {
    self.path = path
    contents = try TokenManifest(path)
  }

  package var domain: String { contents.domain }
  /// The path of the manifest.
  package var manifest: String { path + "/manifest.json" }
  /// The number of tokens of a split, with one end-of-text token for each document.
  package func tokens(_ split: String) -> Int {
    contents.splits[split].map { $0.amount.tokens + $0.amount.documents } ?? 0
  }

  /// The readers of a split's files, which must be those that the manifest lists, byte for byte.
  ///
  /// A killed `tokenize-shards` may leave new files under an old manifest.
  ///
  /// - Throws: `FileError` if a file cannot be read, or is not the one that the manifest lists.
  package func files(_ split: String) throws(FileError) -> [TokenFileReader] {
    var readers: [TokenFileReader] = []
    for shard in contents.splits[split]?.shards ?? [] {
      let file = "\(path)/\(shard.name)"
      let reader = try TokenFileReader(file)
      guard try sha256(file: file) == shard.sha256, reader.header.tokenizer == contents.tokenizer,
        reader.header.domain == domain, reader.header.split == split
      else {
        throw .content(
          path: file, problem: "is not the file that \(manifest) lists; make the tokens again")
      }
      readers.append(reader)
    }
    return readers
  }
}

/// The training tokens of a domain as sequences, in an order that depends on its name and the seed.
///
/// Blocks are shuffled, and documents within a block; each document is preceded by one end-of-text
/// token. A sequence of `context + 1` tokens starts with the last token of the one before, so that
/// every token is learned once in an epoch. One block is in memory.
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
  private var pending: [Int32] = []
  private var position = 0

  /// Opens the training files of a domain.
  ///
  /// - Throws: `TrainingError.emptyDomain` if it has no training tokens, `.file` if a file cannot
  ///   be read or is not the one that the manifest lists.
  package init(_ folder: DomainFolder, seed: UInt64) throws(TrainingError) {
    let files = try wrapping { () throws(FileError) in try folder.files("train") }
    guard folder.tokens("train") > 0 else {
      throw .emptyDomain(folder.domain, path: folder.manifest)
    }
    (self.files, self.seed, domain) = (files, seed, folder.domain)
    (available, endOfText) = (folder.tokens("train"), folder.contents.endOfText)
    random = RandomStream(seed: seed, purpose: "")
  }

  /// The number of times that the tokens were read, a fraction included.
  package var epochs: Double { Double(used) / Double(available) }

  /// Writes the next sequence as sequence `index` of `batch`.
  ///
  /// - Throws: `FileError` if the next block cannot be read.
  package func next(into batch: inout Batch, at index: Int) throws(FileError) {
    while pending.count - position < batch.time + 1 { try load() }
    let first = index * batch.time
    for t in 0..<batch.time {
      batch.tokens[first + t] = pending[position + t]
      batch.targets[first + t] = pending[position + t + 1]
    }
    position += batch.time
    used += batch.time
  }

  /// Goes past the next `count` sequences of `time` tokens, which were learned before.
  ///
  /// - Throws: `FileError` if a block cannot be read.
  package func skip(sequences count: Int, time: Int) throws(FileError) {
    for _ in 0..<count {
      while pending.count - position < time + 1 { try load() }
      position += time
    }
    used += count * time
  }

  /// Appends the documents of the next block.
  private func load() throws(FileError) {
    if nextBlock == blocks.count { startEpoch() }
    let (file, index) = blocks[nextBlock]
    nextBlock += 1
    let block = try files[file].block(index)
    pending.removeFirst(position)
    position = 0
    for document in random.permutation(block.documentCount) {
      pending.append(endOfText)
      pending += block[document]
    }
  }

  private func startEpoch() {
    random = RandomStream(seed: seed, purpose: "order of \(domain), epoch \(epoch)")
    let all = files.indices.flatMap { file in (0..<files[file].blockCount).map { (file, $0) } }
    blocks = random.permutation(all.count).map { all[$0] }
    (nextBlock, epoch) = (0, epoch + 1)
  }
}

/// The order in which domains give sequences: always the one that is furthest behind its weight.
///
/// After n sequences every domain has its weight times n, to within one: there is no sampling
/// noise.
package struct DomainSchedule: Sendable {
  private let weights: [Double]
  private var counts: [Int]
  private var total = 0

  package init(_ weights: [Double]) {
    (self.weights, counts) = (weights, [Int](repeating: 0, count: weights.count))
  }

  /// The index of the domain that gives the next sequence.
  package mutating func next() -> Int {
    total += 1
    var best = 0
    var largest = -Double.infinity
    for (index, weight) in weights.enumerated() where weight > 0 {
      let deficit = weight * Double(total) - Double(counts[index])
      if deficit > largest { (best, largest) = (index, deficit) }
    }
    counts[best] += 1
    return best
  }
}
