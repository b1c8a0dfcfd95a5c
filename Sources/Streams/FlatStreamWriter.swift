import Parallel
package import Storage

/// A stream in a format of another program being written, or compared with files that are there.
package final class FlatStreamWriter: SequenceSink {
  /// The number of bytes that are gathered before they are written.
  private static let bytesPerWrite = 1 << 20

  private let layout: FlatLayout
  private let file: FlatFile
  private let output: StreamOutput
  private let beside: [StreamOutput]
  private let writesBehind: Bool
  private var ids: IDBuffer
  /// What another thread writes, with the error if it cannot.
  private var behind: Ahead<FileError?>?
  private var last: Int32?
  package var files: [StreamHeader.File] {
    ([output] + beside).map { .init(path: $0.path, bytes: $0.count) }
  }

  /// Starts the files whose names begin with `path`.
  ///
  /// - Parameter writesBehind: Whether another thread writes.
  /// - Throws: `StreamError.impossible` if the format cannot hold so much, `.file` if a file cannot
  ///   be created or read.
  package init(
    _ path: String, _ format: StreamFormat, header: StreamHeader, comparing: Bool,
    writesBehind: Bool
  ) throws(StreamError) {
    self.writesBehind = writesBehind
    layout = format.layout(vocabulary: header.vocabulary)
    let length = header.context + (layout.isWhole ? 1 : 0)
    file = FlatFile(
      sequences: header.sequences, length: length,
      ids: header.sequences * length + (layout.isClosed ? 1 : 0),
      width: IDBuffer.width(vocabulary: header.vocabulary), tokenizer: header.tokenizer)
    ids = IDBuffer(vocabulary: header.vocabulary)
    guard file.ids <= layout.largest else {
      throw .impossible(
        "\(path)\(layout.suffix): \(file.ids) tokens, where the format holds \(layout.largest); "
          + "write parts of the training, with --from-step and fewer steps")
    }
    do throws(FileError) {
      output = try StreamOutput(path + layout.suffix, comparing: comparing)
      var beside: [StreamOutput] = []
      for other in layout.beside {
        beside.append(try StreamOutput(path + other.suffix, comparing: comparing))
      }
      self.beside = beside
      try output.write(layout.header(file.ids))
    } catch { throw .file(error) }
  }

  deinit { _ = behind?.value }

  package func append(_ sequence: ArraySlice<Int32>, domain: Int) throws(FileError) {
    ids.append(layout.isWhole ? sequence : sequence.dropLast())
    last = sequence.last
    if ids.bytes.count >= Self.bytesPerWrite { try flush() }
  }

  package func commit() throws(FileError) {
    if layout.isClosed, let last { ids.append([last]) }
    try flush()
    try waitForWriter()
    for (other, output) in zip(layout.beside, beside) { try other.write(file, output) }
    try output.commit()
    for output in beside { try output.commit() }
  }

  private func flush() throws(FileError) {
    try waitForWriter()
    let bytes = ids.takeAll()
    guard writesBehind else { return try output.write(bytes) }
    // Not held beyond the writing: a file that nobody holds, and is not complete, is removed.
    behind = Ahead { [unowned output] in
      do throws(FileError) {
        try output.write(bytes)
        return nil
      } catch { return error }
    }
  }

  private func waitForWriter() throws(FileError) {
    let error = behind?.value
    behind = nil
    if let error { throw error }
  }
}
