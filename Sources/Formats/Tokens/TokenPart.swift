package import Storage

/// The header of a part's record, `part.zst`: what one of several processes tokenized of a corpus.
///
/// The format is `mde.token-part`. It is written after the token files of the part: where it is,
/// they are whole.
package struct TokenPartHeader: Codable, Equatable, Sendable {
  package static let format = "mde.token-part"
  package static let version = 2

  package struct Domain: Codable, Equatable, Sendable {
    package var name: String
    package var selector: String
    /// The number of documents of the domain in the part.
    package var documents: Int

    package init(name: String, selector: String, documents: Int) {
      (self.name, self.selector, self.documents) = (name, selector, documents)
    }
  }

  /// Its inputs are the files of the part, in the order of the corpus.
  package var provenance: Provenance
  /// The number of the part, from 1.
  package var part: Int
  /// The number of parts of the corpus.
  package var parts: Int
  /// The SHA-256 of the names and sizes of all files of the corpus.
  package var corpus: String
  /// The number of files of the corpus before those of the part.
  package var firstFile: Int
  /// The SHA-256 of the tokenizer.json.
  package var tokenizer: String
  package var domains: [Domain]
  /// Whether each document has a hash of its text.
  package var hasHashes: Bool
  /// Whether each document has the signature of its text.
  package var hasSignatures: Bool

  package init(
    provenance: Provenance, part: Int, parts: Int, corpus: String, firstFile: Int,
    tokenizer: String, domains: [Domain], hasHashes: Bool, hasSignatures: Bool
  ) {
    (self.provenance, self.part, self.parts, self.corpus) = (provenance, part, parts, corpus)
    (self.firstFile, self.tokenizer, self.domains) = (firstFile, tokenizer, domains)
    (self.hasHashes, self.hasSignatures) = (hasHashes, hasSignatures)
  }

  fileprivate var problem: String? {
    guard parts > 0, 1...parts ~= part else { return "part \(part) of \(parts) is none" }
    let isSound = firstFile >= 0 && domains.allSatisfy { 0...(1 << 40) ~= $0.documents }
    return isSound ? nil : "its numbers of files and documents are impossible"
  }
}

/// Documents of one domain, in the order of the corpus: a block of `part.zst`.
///
/// It is little-endian and without padding:
///
///     uint32   documents D
///     uint32   tokens of each (D)
///     uint32   the file of each, counted from 0 among those of the part (D)
///     uint128  the first 16 bytes of the SHA-256 of each text, as a big-endian number (D), or none
///     uint8    the split of each: 0 train, 1 validation, 2 test (D)
///     uint32, uint8  the signature of each text: 14 hashes of bands, then the low bits of 112
///              minima (D), or none
package struct PartDocuments: Equatable, Sendable {
  /// The number of documents of a block; the last one of a domain has fewer.
  package static let perBlock = 1 << 16

  package var tokens: [UInt32] = []
  package var files: [UInt32] = []
  package var hashes: [UInt128] = []
  package var splits: [UInt8] = []
  package var signatures: [MinHash] = []

  package init() {}

  package var count: Int { tokens.count }

  var encoded: [UInt8] {
    var writer = ByteWriter()
    writer.append(UInt32(count))
    writer.append(contentsOf: tokens)
    writer.append(contentsOf: files)
    writer.append(contentsOf: hashes)
    writer.append(contentsOf: splits)
    writer.append(contentsOf: signatures)
    return writer.bytes
  }

  /// Decodes a block, or returns nil if its counts contradict each other or its length.
  fileprivate init?(decoding payload: [UInt8], header: TokenPartHeader) {
    var reader = ByteReader(payload)
    guard let documents = reader.uint32(),
      let tokens = reader.array(of: UInt32.self, count: Int(documents)),
      let files = reader.array(of: UInt32.self, count: Int(documents)),
      let hashes = reader.array(of: UInt128.self, count: header.hasHashes ? Int(documents) : 0),
      let splits = reader.array(of: UInt8.self, count: Int(documents)),
      let signatures = reader.array(
        of: MinHash.self, count: header.hasSignatures ? Int(documents) : 0),
      reader.remaining == 0,
      splits.allSatisfy({ $0 < 3 }),
      files.allSatisfy({ $0 < header.provenance.inputs.count })
    else { return nil }
    (self.tokens, self.files, self.hashes, self.splits) = (tokens, files, hashes, splits)
    self.signatures = signatures
  }
}

/// Writes the record `path` of a part: its header, then the documents of each domain.
///
/// - Throws: `FileError.system` if it cannot be written.
package func writeTokenPart(
  _ path: String, header: TokenPartHeader, blocks: [PartDocuments]
) throws(FileError) {
  let file = try FramedWriter(path, header: JSON.encode(header))
  for block in blocks { try file.append(block.encoded) }
  try file.commit()
}

/// The record of a part to read, any block of a domain at any time.
package final class TokenPartReader: Sendable {
  package let path: String
  package let header: TokenPartHeader
  private let file: FramedReader

  /// Opens `path` and reads its header.
  ///
  /// - Throws: `FileError` if it cannot be read, is of another format, or lacks blocks.
  package init(_ path: String) throws(FileError) {
    self.path = path
    file = try FramedReader(path)
    header = try decodeArtifact(
      TokenPartHeader.self, from: file.header, as: TokenPartHeader.format,
      version: TokenPartHeader.version, path: path, place: "header")
    if let problem = header.problem {
      throw .content(path: path, place: "header", problem: problem)
    }
    guard file.blockCount == header.domains.indices.reduce(0, { $0 + blocks(of: $1).count }) else {
      throw .content(path: path, problem: "has other blocks than its header says; make it again")
    }
  }

  /// The numbers of the blocks of a domain.
  package func blocks(of domain: Int) -> Range<Int> {
    func count(_ domain: TokenPartHeader.Domain) -> Int {
      (domain.documents + PartDocuments.perBlock - 1) / PartDocuments.perBlock
    }
    let first = header.domains[..<domain].reduce(0) { $0 + count($1) }
    return first..<first + count(header.domains[domain])
  }

  /// The block number `index`, from 0.
  ///
  /// - Throws: `FileError` if it cannot be read, or its documents are impossible.
  package func block(_ index: Int) throws(FileError) -> PartDocuments {
    guard let block = PartDocuments(decoding: try file.block(index), header: header) else {
      throw .content(path: path, place: "block \(index)", problem: "its documents are impossible")
    }
    return block
  }
}
