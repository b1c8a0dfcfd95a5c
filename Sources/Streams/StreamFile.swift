import Formats
package import Storage

/// What sequences are written to.
package protocol SequenceSink: AnyObject {
  /// Appends the `context + 1` ids of a sequence of domain `domain`, an index in the header.
  ///
  /// - Throws: `FileError` if they cannot be written, or are not those that a check expects.
  func append(_ ids: ArraySlice<Int32>, domain: Int) throws(FileError)
  /// Ends what is written and puts it in place.
  ///
  /// - Throws: `FileError` as `append` does.
  func commit() throws(FileError)
  /// The files, when they are complete.
  var files: [StreamHeader.File] { get }
}

/// A file of format `mde.stream` being written.
package final class StreamFileWriter: SequenceSink {
  /// The number of ids that sequences are gathered up to, to make a block.
  package static let idsPerBlock = 1 << 18

  private let header: StreamHeader
  private let file: FramedWriter
  private var domains: [UInt16] = []
  private var ids: IDBuffer

  /// Starts the file `path`; `-` is standard output.
  ///
  /// - Throws: `FileError.system` if it cannot be created.
  package init(_ path: String, header: StreamHeader) throws(FileError) {
    self.header = header
    file = try FramedWriter(path, header: JSON.encode(header))
    ids = IDBuffer(vocabulary: header.vocabulary)
  }

  package func append(_ sequence: ArraySlice<Int32>, domain: Int) throws(FileError) {
    domains.append(UInt16(domain))
    ids.append(sequence)
    if domains.count * (header.context + 1) >= Self.idsPerBlock { try flush() }
  }

  package func commit() throws(FileError) {
    if !domains.isEmpty { try flush() }
    try file.commit()
  }

  package var files: [StreamHeader.File] { [.init(path: file.path, bytes: file.count)] }

  private func flush() throws(FileError) {
    var block = ByteWriter()
    block.append(UInt32(domains.count))
    block.append(contentsOf: domains)
    block.append(contentsOf: ids.bytes)
    try file.append(block.bytes)
    domains.removeAll(keepingCapacity: true)
    ids.removeAll()
  }
}

/// A file of format `mde.stream` to read from its start on.
package final class StreamFile: SequenceSource {
  package let path: String
  package let header: StreamHeader
  private let file: FramedReader
  private var counts: [Int]
  private var block: (domains: [UInt16], ids: [Int32]) = ([], [])
  private var nextBlock = 0
  private var position = 0

  /// Opens `path` and reads its header.
  ///
  /// - Throws: `FileError` if it cannot be read, or is of another format.
  package init(_ path: String) throws(FileError) {
    self.path = path
    file = try FramedReader(path)
    header = try decodeArtifact(
      StreamHeader.self, from: file.header, as: StreamHeader.format, version: StreamHeader.version,
      path: path, place: "header")
    try header.check(path: path)
    counts = [Int](repeating: 0, count: header.domains.count)
  }

  package var context: Int { header.context }
  var byteCount: Int { file.byteCount }
  package var taken: [DomainTaken] {
    zip(header.domains, counts).map {
      .init(domain: $0.domain, tokens: $1 * context, available: $0.available)
    }
  }

  package func next() throws(FileError) -> (domain: Int, ids: ArraySlice<Int32>) {
    guard try load() else {
      throw .content(
        path: path, problem: "ends after \(counts.reduce(0, +)) of \(header.sequences) sequences")
    }
    let domain = Int(block.domains[position])
    let start = position * (context + 1)
    position += 1
    counts[domain] += 1
    return (domain, block.ids[start...start + context])
  }

  package func skip(sequences count: Int) throws(FileError) {
    for _ in 0..<count { _ = try next() }
  }

  /// Whether all sequences were taken.
  package var isAtEnd: Bool {
    get throws(FileError) { try !load() }
  }

  /// Reads blocks until there is a sequence.
  ///
  /// - Returns: Whether there is one.
  private func load() throws(FileError) -> Bool {
    while position == block.domains.count {
      guard nextBlock < file.blockCount else { return false }
      block = try decoded(file.block(nextBlock))
      (position, nextBlock) = (0, nextBlock + 1)
    }
    return true
  }

  private func decoded(
    _ payload: [UInt8]
  ) throws(FileError) -> (domains: [UInt16], ids: [Int32]) {
    var reader = ByteReader(payload)
    guard let count = reader.uint32().map(Int.init),
      let domains = reader.array(of: UInt16.self, count: count),
      let ids = IDBuffer.ids(
        &reader, count: count * (context + 1), vocabulary: header.vocabulary),
      reader.remaining == 0, domains.allSatisfy({ Int($0) < counts.count })
    else {
      throw .content(
        path: path, place: "block \(nextBlock)", problem: "its counts or ids are impossible")
    }
    return (domains, ids)
  }
}
