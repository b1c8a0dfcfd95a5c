package import Storage

/// A folder of the token files of a domain or another evaluation set, as its manifest lists them.
package struct TokenFolder: Sendable {
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
