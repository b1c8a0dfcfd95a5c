/// Decompressed bytes of a file, or of every file in an archive, one after another.
protocol ContentReader: AnyObject {
  /// The name of the current file inside an archive, or nil in a plain or only compressed file.
  var entry: String? { get }

  /// Moves on to the next file; false at the end.
  func nextEntry() throws(FileError) -> Bool

  /// Fills `target` from the start with the next bytes of the current file; fewer only at its end.
  func read(into target: UnsafeMutableRawBufferPointer) throws(FileError) -> Int
}
