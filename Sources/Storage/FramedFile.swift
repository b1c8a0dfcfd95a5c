/// The container of our binary files: Zstandard seekable format, version 0.1.0.
///
///     frame 0        one line of JSON: what the file is
///     frame 1 ...    blocks of payload, each decodable alone, each with its checksum
///     seek table     a skippable frame with the compressed and decompressed size of every frame
///
/// Source: github.com/facebook/zstd, contrib/seekable_format/zstd_seekable_compression_format.md.
enum SeekTable {
  static let skippableMagic: UInt32 = 0x184D_2A5E
  static let footerMagic: UInt32 = 0x8F92_EAB1
  static let footerSize = 9
  static let entrySize = 8
  /// The largest content of a frame, in bytes, which no frame of ours comes near.
  ///
  /// A hostile size must not make a reader allocate without limit.
  static let largestFrame = 1 << 28

  /// The table of frames of those sizes.
  static func encoded(_ sizes: [(compressed: Int, content: Int)]) -> [UInt8] {
    var table = ByteWriter()
    table.append(skippableMagic)
    table.append(UInt32(sizes.count * entrySize + footerSize))
    for size in sizes {
      table.append(UInt32(size.compressed))
      table.append(UInt32(size.content))
    }
    table.append(UInt32(sizes.count))
    table.append(UInt8(0))  // descriptor: no checksums in the table, the frames have their own
    table.append(footerMagic)
    return table.bytes
  }
}

/// A part of a framed file, compressed.
package struct Frame: Sendable {
  let bytes: [UInt8]
  let contentCount: Int

  package init(_ content: [UInt8]) {
    precondition(content.count <= SeekTable.largestFrame, "a block of \(content.count) bytes")
    (bytes, contentCount) = (compressedFrame(content), content.count)
  }

  /// The first part of a file.
  ///
  /// - Parameter header: A line of JSON, without its newline.
  package init(header: [UInt8]) { self.init(header + [UInt8(ascii: "\n")]) }
}

/// The bytes of a framed file, header first.
package func framedFile(_ frames: [Frame]) -> [UInt8] {
  frames.flatMap(\.bytes) + SeekTable.encoded(frames.map { ($0.bytes.count, $0.contentCount) })
}

/// A framed file being written: the header first, then blocks in order, then `commit`.
package final class FramedWriter {
  private let file: AtomicFile
  private var sizes: [(compressed: Int, content: Int)] = []

  package var path: String { file.path }
  /// The number of bytes so far; with the seek table when the file is complete.
  package private(set) var count = 0

  /// Starts the file `path`.
  ///
  /// - Parameter header: The line of JSON, without its newline.
  /// - Throws: `FileError.system` if the file cannot be created or written.
  package init(_ path: String, header: [UInt8]) throws(FileError) {
    file = try AtomicFile(path)
    try append(Frame(header: header))
  }

  /// Appends a block, compressed.
  ///
  /// - Throws: `FileError.system` if it cannot be written.
  package func append(_ block: [UInt8]) throws(FileError) { try append(Frame(block)) }

  private func append(_ frame: Frame) throws(FileError) {
    try file.write(frame.bytes)
    count += frame.bytes.count
    sizes.append((frame.bytes.count, frame.contentCount))
  }

  /// Ends the file and puts it in place, unless `keepIfEqual` is set and the same bytes are there.
  ///
  /// - Throws: `FileError.system` if it cannot be written or put in place.
  package func commit(keepIfEqual: Bool = false) throws(FileError) {
    try appendSeekTable()
    try file.commit(keepIfEqual: keepIfEqual)
  }

  /// Ends the file and leaves it beside its place, to be put there with others.
  ///
  /// - Throws: `FileError.system` if it cannot be written.
  package func stage() throws(FileError) -> StagedFile {
    try appendSeekTable()
    return try file.stage()
  }

  private func appendSeekTable() throws(FileError) {
    let table = SeekTable.encoded(sizes)
    try file.write(table)
    count += table.count
  }
}

/// A framed file to read: every block by its number, from several threads.
package final class FramedReader: Sendable {
  package let path: String
  /// The line of JSON that the file starts with, without its newline.
  package let header: [UInt8]
  private let file: ReadableFile
  private let frames: [(offset: Int, compressed: Int, content: Int)]

  package var blockCount: Int { frames.count - 1 }
  package var byteCount: Int { file.size }

  /// Opens `path` and reads its header and seek table.
  ///
  /// - Throws: `FileError` if the file cannot be read, is truncated, or is not a framed file.
  package init(_ path: String) throws(FileError) {
    self.path = path
    file = try ReadableFile(path)
    frames = try Self.seekTable(of: file)
    guard let first = frames.first else {
      throw .content(path: path, problem: "has no header; make it again")
    }
    let line = try Self.content(of: first, number: 0, in: file)
    guard line.last == UInt8(ascii: "\n") else {
      throw .content(path: path, place: "header", problem: "does not end its line")
    }
    header = Array(line.dropLast())
  }

  /// The payload of block `index`, from 0 to below `blockCount`.
  ///
  /// - Throws: `FileError` if the block cannot be read, or its checksum is wrong.
  package func block(_ index: Int) throws(FileError) -> [UInt8] {
    try Self.content(of: frames[index + 1], number: index + 1, in: file)
  }

  private static func content(
    of frame: (offset: Int, compressed: Int, content: Int), number: Int, in file: ReadableFile
  ) throws(FileError) -> [UInt8] {
    let bytes = try file.bytes(at: frame.offset, count: frame.compressed)
    guard let content = decompressedFrame(bytes, count: frame.content) else {
      throw .content(
        path: file.path, place: "frame \(number) at byte \(frame.offset)",
        problem: "corrupted; make the file again")
    }
    return content
  }

  private static func seekTable(
    of file: ReadableFile
  ) throws(FileError) -> [(offset: Int, compressed: Int, content: Int)] {
    func damaged(_ problem: String) -> FileError {
      .content(path: file.path, problem: "\(problem); make the file again")
    }
    guard file.size >= 8 + SeekTable.footerSize else {
      throw damaged("truncated: \(file.size) bytes are no framed file")
    }
    var footer = ByteReader(
      try file.bytes(at: file.size - SeekTable.footerSize, count: SeekTable.footerSize))
    let (count, descriptor, magic) = (footer.uint32(), footer.uint8(), footer.uint32())
    guard magic == SeekTable.footerMagic, let count, descriptor == 0 else {
      throw damaged("truncated, or not a framed zstd file: no seek table at its end")
    }
    let tableSize = 8 + Int(count) * SeekTable.entrySize + SeekTable.footerSize
    guard tableSize <= file.size else { throw damaged("truncated inside its seek table") }
    var table = ByteReader(try file.bytes(at: file.size - tableSize, count: tableSize))
    guard table.uint32() == SeekTable.skippableMagic, table.uint32() == UInt32(tableSize - 8)
    else { throw damaged("corrupted seek table") }

    var frames: [(offset: Int, compressed: Int, content: Int)] = []
    var offset = 0
    for _ in 0..<count {
      guard let compressed = table.uint32(), let content = table.uint32(),
        content <= SeekTable.largestFrame
      else { throw damaged("corrupted seek table") }
      frames.append((offset, Int(compressed), Int(content)))
      offset += Int(compressed)
    }
    guard offset == file.size - tableSize else {
      throw damaged("truncated, or corrupted seek table: frames end at byte \(offset)")
    }
    return frames
  }
}
