package import Storage

/// One of several parts of a corpus: a run of its files, so that the parts in order are the corpus.
package struct CorpusPart: Sendable {
  /// The number of the part, from 1, and of all parts.
  package let number: Int
  package let count: Int
  /// The files of the part, among those of the corpus.
  package let range: Range<Int>
  package let files: [String]
  /// The SHA-256 of the names and sizes of all files of the corpus.
  package let corpus: String

  /// Takes the part `number` of `count` of the corpus that is `files`.
  ///
  /// The part has the files whose middle byte falls into its share of all bytes: one file more or
  /// less than its share, and none where a file is larger than several shares.
  ///
  /// - Throws: `FileError.system` if a file cannot be inspected.
  package init(_ number: Int, of count: Int, files: [String]) throws(FileError) {
    precondition(count > 0 && 1...count ~= number, "part \(number) of \(count)")
    (self.number, self.count) = (number, count)
    var sizes: [Int] = []
    var listing: [UInt8] = []
    for file in files {
      sizes.append(try fileSize(file))
      let name = file.split(separator: "/").last ?? file[...]
      listing += Array("\(name) \(sizes[sizes.count - 1])\n".utf8)
    }
    corpus = sha256(listing)
    let total = max(1, sizes.reduce(0, +))
    var (before, start, end) = (0, 0, 0)
    for size in sizes {
      // Twice the middle, of twice the bytes.
      let shares = Int128(2 * before + size) * Int128(count) / Int128(2 * total)
      let part = min(count, Int(shares) + 1)
      if part < number { start += 1 }
      if part <= number { end += 1 }
      before += size
    }
    range = start..<end
    self.files = Array(files[range])
  }
}
