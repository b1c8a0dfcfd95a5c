package import Formats
package import Storage

/// A folder of token files with its manifest: a domain or another evaluation set.
package struct TokenFolder: Sendable {
  package let path: String
  package let manifest: TokenManifest

  /// Reads the manifest of the folder at `path`.
  ///
  /// - Throws: `FileError` if it cannot be read.
  package init(_ path: String) throws(FileError) {
    self.path = path
    manifest = try TokenManifest(path)
  }

  package var name: String { manifest.domain }
  /// Whether there is text to train on: not of a target or an end task.
  package var isDomain: Bool { manifest.splits["train"] != nil }
  /// The number of tokens to train on.
  var trainTokens: Int { manifest.splits["train"]?.amount.tokens ?? 0 }
  /// The same, with an end of text for each document, as they are read.
  var sequenceTokens: Int { trainTokens + (manifest.splits["train"]?.amount.documents ?? 0) }
  var tokens: Int { manifest.splits.values.reduce(0) { $0 + $1.amount.tokens } }
  /// The share of the text that is in no split, because documents were held out in part.
  var shareLeftOut: Double {
    let bytes = manifest.splits.values.reduce(0) { $0 + $1.amount.bytes }
    let left = manifest.heldOut?.bytesLeftOut ?? 0
    return bytes > 0 ? Double(left) / Double(bytes + left) : 0
  }

  /// Whether all token files are the same, to the byte.
  func isSame(as other: TokenFolder) -> Bool {
    name == other.name && manifest.splits == other.manifest.splits
  }

  /// The SHA-256 of the only file of `split`; nil if there is none, or there are several.
  func digest(of split: String) -> String? {
    guard let shards = manifest.splits[split]?.shards, shards.count == 1 else { return nil }
    return shards[0].sha256
  }

  func files(of split: String) -> [String] {
    (manifest.splits[split]?.shards ?? []).map { "\(path)/\($0.name)" }
  }

  /// Calls `body` with every document of `split`.
  ///
  /// - Throws: `FileError` if a file cannot be read.
  func forEachDocument(
    of split: String, _ body: (ArraySlice<Int32>) -> Void
  ) throws(FileError) {
    for path in files(of: split) {
      let reader = try TokenFileReader(path)
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
    guard manifest.splits[split]?.amount == other.manifest.splits[split]?.amount else {
      return false
    }
    let (left, right) = (
      try TokenFileReader(files(of: split)[0]), try TokenFileReader(other.files(of: split)[0])
    )
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
