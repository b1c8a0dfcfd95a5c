import Formats
import Storage

/// The shards of one domain and split, one after another.
///
/// The tokens of one shard are in memory, because its header names the files that went into it.
final class ShardStream {
  let split: Split
  /// The folder of the shards, or nil where nothing is written.
  let folder: String?
  private(set) var amount = TokenManifest.Amount()
  private(set) var shards: [TokenManifest.Shard] = []
  /// The number of tokens of each document, where a part is recorded; else none.
  private(set) var lengths: [UInt32] = []
  private let keepsLengths: Bool
  /// The files of the shards, until they are put in place.
  private var staged: [StagedFile] = []
  /// The indices of the corpus files that the documents of all shards come from.
  private(set) var files: Set<Int> = []
  private var block = TokenBlock()
  private var filesOfShard: Set<Int> = []
  /// The number of shards that have a number, written or not.
  private var numbered = 0
  /// The shard of a killed run whose documents are coming, and how many of them came.
  private var finished: (shard: FinishedShard, documents: Int)?

  init(_ split: Split, folder: String?, keepsLengths: Bool = false) {
    (self.split, self.folder, self.keepsLengths) = (split, folder, keepsLengths)
  }

  var pendingTokens: Int { block.values.count }

  func path(ofShard number: Int) -> String {
    let digits = String(number)
    let zeros = String(repeating: "0", count: max(0, 3 - digits.count))
    return "\(folder ?? "")/\(split.rawValue)-\(zeros)\(digits).tok.zst"
  }

  /// Starts to take over the shards that a killed run finished.
  func resume() throws(FileError) { finished = try nextFinished() }

  private func nextFinished() throws(FileError) -> (shard: FinishedShard, documents: Int)? {
    guard let file = StagedFile(found: path(ofShard: numbered)) else { return nil }
    numbered += 1
    return (try FinishedShard(file), 0)
  }

  /// Whether the next document, of `bytes` bytes, is in a shard of a killed run, and needs no
  /// tokens.
  ///
  /// - Throws: `FileError.content` if the shard has another document in this place.
  func takesFinished(bytes: Int, file: Int) throws(FileError) -> Bool {
    guard let (shard, documents) = finished else { return false }
    guard shard.bytes[documents] == bytes else {
      throw .content(
        path: shard.file.partial,
        problem: "holds other documents than those of the corpus; remove it")
    }
    files.insert(file)
    if documents + 1 < shard.bytes.count {
      finished = (shard, documents + 1)
    } else {
      add(shard)
      finished = try nextFinished()
    }
    return true
  }

  /// Adds the next document.
  func append(_ tokens: [Int32], bytes: Int, file: Int) {
    amount.documents += 1
    amount.tokens += tokens.count
    amount.bytes += bytes
    files.insert(file)
    guard folder != nil else { return }
    block.append(tokens, bytes: bytes)
    filesOfShard.insert(file)
  }

  /// The next shard, which holds the documents that are pending, or nil if none is.
  func nextShard(
    header: (_ files: Set<Int>) throws(FileError) -> TokenHeader
  ) throws(FileError) -> UnwrittenShard? {
    guard block.documentCount > 0 else { return nil }
    defer {
      numbered += 1
      (block, filesOfShard) = (TokenBlock(), [])
    }
    return UnwrittenShard(
      path: path(ofShard: numbered), header: try header(filesOfShard), block: block)
  }

  /// Adds the next shard, in the order of their numbers; `isCounted` if its documents were
  /// appended.
  func add(_ shard: FinishedShard, isCounted: Bool = false) {
    staged.append(shard.file)
    shards.append(shard.entry)
    if keepsLengths { lengths += shard.lengths }
    if !isCounted {
      amount.documents += shard.entry.amount.documents
      amount.tokens += shard.entry.amount.tokens
      amount.bytes += shard.entry.amount.bytes
    }
  }

  /// Adds the next shard, whose documents come from `files`.
  func add(_ shard: FinishedShard, from files: Set<Int>) {
    add(shard)
    self.files.formUnion(files)
  }

  /// Puts the shards in place, except where a file with the same bytes is there.
  func placeShards() throws(FileError) {
    for file in staged { try file.place(keepIfEqual: true) }
    staged = []
  }
}

/// A shard of documents that has still to be written.
struct UnwrittenShard: Sendable {
  let path: String
  let header: TokenHeader
  let block: TokenBlock

  /// Writes the shard beside its place, where a run after a kill finds it.
  func write() throws(FileError) -> FinishedShard {
    let writer = try TokenFileWriter(path, header: header)
    for index in 0..<block.documentCount {
      try writer.append(block[index], bytes: block.bytes[index])
    }
    let file = try writer.stage()
    try file.makeFindable()
    return try FinishedShard(file, bytes: block.bytes, lengths: block.lengths)
  }
}

/// A shard that is written, beside its place.
struct FinishedShard: Sendable {
  let file: StagedFile
  /// The number of bytes of each document.
  let bytes: [Int]
  /// The number of tokens of each document.
  let lengths: [UInt32]
  let entry: TokenManifest.Shard

  init(_ file: StagedFile, bytes: [Int], lengths: [UInt32]) throws(FileError) {
    var amount = TokenManifest.Amount()
    (amount.documents, amount.bytes) = (bytes.count, bytes.reduce(0, +))
    amount.tokens = lengths.reduce(0) { $0 + Int($1) }
    let name = file.path.split(separator: "/").last.map(String.init) ?? file.path
    (self.file, self.bytes, self.lengths) = (file, bytes, lengths)
    entry = .init(name: name, sha256: try sha256(file: file.partial), amount: amount)
  }

  /// Reads a shard that a killed run left.
  init(_ file: StagedFile) throws(FileError) {
    let reader = try TokenFileReader(file.partial)
    var (bytes, lengths): ([Int], [UInt32]) = ([], [])
    for index in 0..<reader.blockCount {
      let block = try reader.block(index)
      bytes += block.bytes
      lengths += block.lengths
    }
    try self.init(file, bytes: bytes, lengths: lengths)
  }
}
