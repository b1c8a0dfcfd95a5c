import Formats
package import Storage

/// A comparison of a file of format `mde.stream` with what it should hold.
package final class StreamFileCheck: SequenceSink {
  private let file: StreamFile
  private var count = 0

  /// Opens the file `path`, whose header should be `header`.
  ///
  /// - Throws: `FileError` if it cannot be read, or has another header.
  package init(_ path: String, header: StreamHeader) throws(FileError) {
    file = try StreamFile(path)
    guard file.header == header else {
      throw .content(
        path: path, place: "header",
        problem: "is that of another mixture, other tokens or other flags; make the stream again")
    }
  }

  package var files: [StreamHeader.File] { [.init(path: file.path, bytes: file.byteCount)] }

  package func append(_ ids: ArraySlice<Int32>, domain: Int) throws(FileError) {
    let found = try file.next()
    guard found.domain == domain, found.ids.elementsEqual(ids) else {
      throw .content(
        path: file.path, place: "sequence \(count)",
        problem: "is not that of the mixture and its tokens; make the stream again")
    }
    count += 1
  }

  /// Nothing is left to compare: a header has the number of sequences.
  package func commit() throws(FileError) {
    guard try file.isAtEnd else {
      throw .content(path: file.path, problem: "goes on after its \(count) sequences")
    }
  }
}
