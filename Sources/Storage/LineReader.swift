import Glibc

/// The lines of a text file, or of every file in an archive, decompressed as they are read.
///
/// A byte-order mark in front of the text is left out.
/// Hidden files in archives are left out, as those of folders are, see `isHidden`.
///
/// In memory are a chunk of text, and up to three copies of the longest line. Lines that are kept
/// keep their chunk.
package final class LineReader {
  package struct Line {
    /// The number of the line in its file, counted from 1.
    package let number: Int
    /// The text of the line, without the line break.
    package let bytes: ArraySlice<UInt8>
  }

  private let path: String
  private let content: any ContentReader
  private let isWanted: (String) -> Bool
  /// The file that the current lines come from: the path, with the name inside an archive.
  package private(set) var name: String
  /// The name of the current file inside an archive; nil in a plain or only compressed file.
  package var entry: String? { content.entry }
  private var lineNumber = 0
  private var isInsideEntry = false
  /// A part of the text, whose last line may not be whole; what is before `position` was taken.
  private var chunk: [UInt8] = []
  private var position = 0
  /// The line that `peek` has shown.
  private var peeked: Line?
  private var isAtEnd = false

  /// The bytes of a chunk: few enough for the CPU's second-level cache while its lines are parsed.
  private static let chunkSize = 1 << 18
  /// The most bytes that a line may have: more is no document, and would fill the memory.
  private static let longestLine = 1 << 30

  /// Opens `path`, or standard input for `-`.
  ///
  /// - Parameter isWanted: Whether the file of that name inside an archive is read.
  /// - Throws: `FileError` if the file cannot be read, or is of an unknown format.
  package init(
    _ path: String, where isWanted: @escaping (String) -> Bool = { _ in true }
  ) throws(FileError) {
    self.path = path == "-" ? "standard input" : path
    self.isWanted = isWanted
    content = try openContent(path)
    name = self.path
  }

  /// The next line, which stays the next one; nil at the end of all.
  ///
  /// - Throws: `FileError` if the file cannot be read or decompressed.
  package func peek() throws(FileError) -> Line? {
    if peeked == nil { peeked = try next() }
    return peeked
  }

  /// The next line, of this file or of the next one in the archive; nil at the end of all.
  ///
  /// - Throws: `FileError` if the file cannot be read or decompressed.
  package func next() throws(FileError) -> Line? {
    if let line = peeked {
      peeked = nil
      return line
    }
    while !isAtEnd {
      if !isInsideEntry {
        guard try content.nextEntry() else {
          isAtEnd = true
          break
        }
        if let entry, isHidden(entry) || !isWanted(entry) { continue }
        name = content.entry.map { "\(path)(\($0))" } ?? path
        (isInsideEntry, lineNumber, chunk, position) = (true, 0, [], 0)
      }
      if let line = try nextInEntry() { return line }
      isInsideEntry = false
    }
    return nil
  }

  private func nextInEntry() throws(FileError) -> Line? {
    var searched = position
    while true {
      if let end = lineBreak(from: searched) {
        defer { position = end + 1 }
        return line(to: end)
      }
      let length = chunk.count - position
      guard try readChunk() else {
        defer { position = chunk.count }
        return length > 0 ? line(to: chunk.count) : nil
      }
      searched = length
    }
  }

  private func line(to end: Int) -> Line {
    lineNumber += 1
    let bytes = chunk[position..<end]
    return Line(number: lineNumber, bytes: lineNumber == 1 ? withoutMark(bytes) : bytes)
  }

  private func lineBreak(from start: Int) -> Int? {
    unsafe chunk.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress, start < bytes.count,
        let found = unsafe memchr(base + start, CInt(UInt8(ascii: "\n")), bytes.count - start)
      else { return nil }
      return unsafe UnsafeRawPointer(found) - base
    }
  }

  /// Makes a chunk of the line that is not whole and of what follows it.
  ///
  /// - Returns: False, and changes nothing, if nothing follows.
  /// - Throws: `FileError` if the line is too long, or the file cannot be read.
  private func readChunk() throws(FileError) -> Bool {
    let rest = chunk[position...]
    guard rest.count < Self.longestLine else {
      throw .content(
        path: name, place: "line \(lineNumber + 1)", problem: "has more than a gigabyte; split it")
    }
    // A long line grows by its own length, so that it is not copied ever again.
    let size = max(Self.chunkSize, rest.count)
    var (count, failure) = (0, FileError?.none)
    let next = unsafe [UInt8](unsafeUninitializedCapacity: rest.count + size) { buffer, filled in
      _ = unsafe buffer.update(fromContentsOf: rest)
      let target = UnsafeMutableRawBufferPointer(buffer.extracting(rest.count...))
      do throws(FileError) { count = unsafe try content.read(into: target) } catch {
        failure = error
      }
      filled = rest.count + count
    }
    if let failure { throw failure }
    guard count > 0 else { return false }
    (chunk, position) = (next, 0)
    return true
  }
}
