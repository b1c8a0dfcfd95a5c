/// A source of the decompressed bytes of a file, or of every file in an archive, one after another.
protocol ContentReader: AnyObject {
  /// The name of the current file inside an archive, or nil in a plain or only compressed file.
  var entry: String? { get }

  /// Moves on to the next file, and returns false if there is none.
  ///
  /// - Throws: `FileError.content` if the archive is damaged.
  func nextEntry() throws(FileError) -> Bool

  /// Fills `target` with the next bytes of the current file, and returns how many there were.
  ///
  /// Fewer bytes than `target` holds come only at the end of the file.
  ///
  /// - Throws: `FileError` if the file cannot be read or decompressed.
  func read(into target: UnsafeMutableRawBufferPointer) throws(FileError) -> Int
}
