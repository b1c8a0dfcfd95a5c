/// A source of the decompressed bytes of a file, or of every file in an archive, one after another.
protocol ContentReader: AnyObject {
  /// The name of the current file inside an archive, or nil in a plain or only compressed file.
  var entry: String? { get }

  /// Moves on to the next file, and returns false if there is none.
  ///
  /// - Throws: `FileError.content` if the archive is damaged.
  func nextEntry() throws(FileError) -> Bool

  /// Fills the front of `target` with the next bytes of the current file, and returns how many
  /// there were: 0 at its end only.
  ///
  /// - Throws: `FileError` if the file cannot be read or decompressed.
  func read(into target: UnsafeMutableRawBufferPointer) throws(FileError) -> Int
}

/// Opens `path`, or standard input for `-`.
///
/// Text is read as it lies there, where libarchive adds two copies and takes a file whose first
/// bytes cannot be read for an empty one. What zstd or gzip compressed is decompressed here, and
/// everything is checked that they have a checksum of.
///
/// - Throws: `FileError` if the file cannot be read, or is of an unknown format.
func openContent(_ path: String) throws(FileError) -> any ContentReader {
  let file = try PeekedStream(FileStream(path), count: 512)
  let name = path == "-" ? "standard input" : path
  let decompressed: any ByteStream
  if file.start.starts(with: ZstandardStream.magic) {
    decompressed = ZstandardStream(file, path: name)
  } else if file.start.starts(with: GzipStream.magic) {
    decompressed = GzipStream(file, path: name)
  } else if !file.start.isEmpty, file.start.allSatisfy(isOfText) {
    return TextReader(file)
  } else {
    // Of a file libarchive sees the end before the rest, as 7-zip and zip archives want it.
    return isFile(path) ? try ArchiveReader(path) : try ArchiveReader(file, path: name)
  }
  let content = try PeekedStream(decompressed, count: 512)
  return content.start.allSatisfy(isOfText)
    ? TextReader(content) : try ArchiveReader(content, path: name)
}

/// Whether a byte may stand in text; a tar header, or what other compressors write, has others.
private func isOfText(_ byte: UInt8) -> Bool {
  byte >= 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
}

/// The content of a file that is no archive.
private final class TextReader: ContentReader {
  private let content: any ByteStream
  private var isOpened = false

  init(_ content: any ByteStream) { self.content = content }

  var entry: String? { nil }

  func nextEntry() -> Bool {
    defer { isOpened = true }
    return !isOpened
  }

  func read(into target: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    unsafe try content.fill(target)
  }
}
