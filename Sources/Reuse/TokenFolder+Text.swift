package import Formats
import Storage

extension TokenFolder {
  /// Whether there is text to train on: not of a target or an end task.
  package var isDomain: Bool { contents.splits["train"] != nil }
  /// The number of tokens to train on.
  var trainTokens: Int { contents.splits["train"]?.amount.tokens ?? 0 }
  /// The number of tokens of all splits.
  var tokens: Int { contents.splits.values.reduce(0) { $0 + $1.amount.tokens } }
  /// The share of the text that is in no split, because documents were held out in part.
  var shareLeftOut: Double {
    let bytes = contents.splits.values.reduce(0) { $0 + $1.amount.bytes }
    let left = contents.heldOut?.bytesLeftOut ?? 0
    return bytes > 0 ? Double(left) / Double(bytes + left) : 0
  }

  /// Whether all token files are the same, to the byte.
  func isSame(as other: TokenFolder) -> Bool {
    domain == other.domain && contents.splits == other.contents.splits
  }

  /// The SHA-256 of the only file of `split`; nil if there is none, or there are several.
  func digest(of split: String) -> String? {
    guard let shards = contents.splits[split]?.shards, shards.count == 1 else { return nil }
    return shards[0].sha256
  }

  /// Calls `body` with every document of `split`.
  ///
  /// - Throws: `FileError` if a file cannot be read.
  func forEachDocument(
    of split: String, _ body: (ArraySlice<Int32>) -> Void
  ) throws(FileError) {
    for reader in try files(split) {
      for index in 0..<reader.blockCount {
        let block = try reader.block(index)
        for document in 0..<block.documentCount { body(block[document]) }
      }
    }
  }

  /// Whether `split` has the same documents as that of `other`, which may have another name.
  ///
  /// - Throws: `FileError` if a file cannot be read.
  func hasSameDocuments(of split: String, as other: TokenFolder) throws(FileError) -> Bool {
    guard let mine = digest(of: split), let theirs = other.digest(of: split) else { return false }
    if mine == theirs { return true }
    guard contents.splits[split]?.amount == other.contents.splits[split]?.amount else {
      return false
    }
    let (left, right) = (try files(split)[0], try other.files(split)[0])
    guard left.blockCount == right.blockCount else { return false }
    for index in 0..<left.blockCount {
      let (a, b) = (try left.block(index), try right.block(index))
      guard a.values == b.values, a.offsets == b.offsets, a.contexts == b.contexts,
        a.bytes == b.bytes
      else { return false }
    }
    return true
  }
}
