import Formats
import Storage

/// What the shards of a domain hold that is merged of parts: decided by the documents' lengths and
/// hashes alone, so that the shards can be written in any order.
struct MergePlan {
  /// A place in the shards of one split, from part to part.
  struct Position: Sendable {
    var part = 0
    var shard = 0
    var block = 0
    var document = 0
    private var tokensOfShard = 0
    private var tokensOfBlock = 0

    init(part: Int) { self.part = part }

    /// Goes to the next document, as the part's shards and blocks were cut.
    mutating func advance(by tokens: Int, tokensPerShard: Int) {
      tokensOfShard += tokens
      tokensOfBlock += tokens
      document += 1
      if tokensOfShard >= tokensPerShard {
        (shard, block, document, tokensOfShard, tokensOfBlock) = (shard + 1, 0, 0, 0, 0)
      } else if tokensOfBlock >= TokenFileWriter.tokensPerBlock {
        (block, document, tokensOfBlock) = (block + 1, 0, 0)
      }
    }
  }

  struct Shard: Sendable {
    /// Where the first document is.
    let start: Position
    /// The number of documents of the parts from there on, dropped ones among them.
    var documents = 0
    /// Those of these documents, counted from 0, whose text an earlier document has.
    var dropped: [Int] = []
    var tokens = 0
    /// The files of the corpus that the documents come from.
    var files: Set<Int> = []

    var isEmpty: Bool { documents == dropped.count }
  }

  /// The shards of each split.
  private(set) var shards: [[Shard]] = Split.allCases.map { _ in [] }
  /// The documents that are left out because an earlier part has such a text, or nil.
  private(set) var duplicates: Deduplicator.Counts?

  /// Plans the shards of the domain number `domain`.
  ///
  /// In memory are a few words of each shard and, where documents are left out, a `Deduplicator`.
  ///
  /// - Throws: `FileError` if the record of a part cannot be read.
  init(
    _ parts: TokenParts, domain: Int, duplicates kind: Duplicates?, tokensPerShard: Int
  ) throws(FileError) {
    var deduplicator = kind.map { Deduplicator($0, domains: 1) }
    var open = [Shard?](repeating: nil, count: shards.count)
    for (number, part) in parts.parts.enumerated() {
      let firstFile = part.header.firstFile
      var positions = shards.map { _ in Position(part: number) }
      for index in part.record.blocks(of: domain) {
        let block = try part.record.block(index)
        for document in 0..<block.count {
          let (split, tokens) = (Int(block.splits[document]), Int(block.tokens[document]))
          var shard = open[split] ?? Shard(start: positions[split])
          open[split] = nil
          positions[split].advance(by: tokens, tokensPerShard: tokensPerShard)
          shard.documents += 1
          let isKept = deduplicator?.keeps(
            key: block.hashes[document], signature: block.signatures[document], domain: 0)
          if isKept == false {
            shard.dropped.append(shard.documents - 1)
          } else {
            shard.tokens += tokens
            shard.files.insert(firstFile + Int(block.files[document]))
          }
          if shard.tokens >= tokensPerShard {
            shards[split].append(shard)
          } else {
            open[split] = shard
          }
        }
      }
    }
    duplicates = deduplicator?.counts[0]
    for (split, shard) in open.enumerated() {
      if let shard, !shard.isEmpty { shards[split].append(shard) }
    }
  }

  /// The number of documents that a split will have.
  func documents(ofSplit split: Int) -> Int {
    shards[split].reduce(0) { $0 + $1.documents - $1.dropped.count }
  }
}

extension MergePlan.Shard {
  /// Writes the shard beside its place, where a run after a kill finds it.
  ///
  /// - Parameter parts: The shards of the split in each part.
  /// - Throws: `FileError` if a file cannot be read or written, or the parts hold other documents.
  func write(
    _ path: String, header: TokenHeader, from parts: [[String]]
  ) throws(FileError) -> FinishedShard {
    let writer = try TokenFileWriter(path, header: header)
    var (bytes, lengths): ([Int], [UInt32]) = ([], [])
    var (taken, tokens, dropped) = (0, 0, dropped[...])
    var (shard, block, document) = (start.shard, start.block, start.document)
    for part in parts[start.part...] where taken < documents {
      for source in part.dropFirst(shard) where taken < documents {
        let file = try TokenFileReader(source)
        for index in (0..<file.blockCount).dropFirst(block) where taken < documents {
          let read = try file.block(index)
          for number in (0..<read.documentCount).dropFirst(document) where taken < documents {
            taken += 1
            if dropped.first == taken - 1 {
              dropped.removeFirst()
              continue
            }
            try writer.append(read[number], bytes: read.bytes[number])
            bytes.append(read.bytes[number])
            lengths.append(UInt32(read[number].count))
            tokens += read[number].count
          }
          document = 0
        }
        block = 0
      }
      shard = 0
    }
    guard taken == documents, tokens == self.tokens else {
      throw .content(
        path: path, problem: "the parts have other documents than they record; make them again")
    }
    let file = try writer.stage()
    try file.makeFindable()
    return try FinishedShard(file, bytes: bytes, lengths: lengths)
  }
}
