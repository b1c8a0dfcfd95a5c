import Formats
import Storage

/// The shards of one domain and split, one after another.
///
/// Memory: the tokens of one shard, because its header names the files that went into it.
final class ShardStream {
  let split: Split
  private(set) var amount = TokenManifest.Amount()
  private(set) var shards: [TokenManifest.Shard] = []
  /// The shards' files, until they are put in place.
  private var staged: [StagedFile] = []
  /// Indices of the corpus files with documents here, of all shards.
  private(set) var files: Set<Int> = []
  private var block = TokenBlock()
  private var filesOfShard: Set<Int> = []

  init(_ split: Split) { self.split = split }

  var pendingTokens: Int { block.values.count }

  func append(_ tokens: [Int32], bytes: Int, file: Int, keeping isKept: Bool) {
    amount.documents += 1
    amount.tokens += tokens.count
    amount.bytes += bytes
    files.insert(file)
    guard isKept else { return }
    block.append(tokens, bytes: bytes)
    filesOfShard.insert(file)
  }

  /// Writes what is pending as the next shard in `folder`, beside its place.
  func writeShard(
    in folder: String, header: (_ files: Set<Int>) throws(FileError) -> TokenHeader
  ) throws(FileError) {
    guard block.documentCount > 0 else { return }
    let number = String(shards.count)
    let name =
      "\(split.rawValue)-\(String(repeating: "0", count: max(0, 3 - number.count)))\(number).tok.zst"
    let writer = try TokenFileWriter("\(folder)/\(name)", header: try header(filesOfShard))
    var amount = TokenManifest.Amount()
    for index in 0..<block.documentCount {
      try writer.append(block[index], bytes: block.bytes[index])
      amount.bytes += block.bytes[index]
    }
    let file = try writer.stage()
    staged.append(file)
    (amount.documents, amount.tokens) = (block.documentCount, block.values.count)
    shards.append(.init(name: name, sha256: try sha256(file: file.partial), amount: amount))
    (block, filesOfShard) = (TokenBlock(), [])
  }

  /// Puts the shards in place, except where a file with the same bytes is there.
  func placeShards() throws(FileError) {
    for file in staged { try file.place(keepIfEqual: true) }
    staged = []
  }
}
