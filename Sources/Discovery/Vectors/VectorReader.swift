package import Storage

/// Vectors of documents from elsewhere, one after another, each with the document's id.
///
/// A file is either numpy's `.npy`, of a matrix of floats with one row for each line of the file of
/// ids beside it (`vectors.ids` for `vectors.npy`), or JSON lines `{"id": …, "vector": […]}`, in
/// any compression. An id is the first 32 or all 64 hexadecimal digits of the text's SHA-256.
package final class VectorReader {
  private enum Source {
    case matrix(NumpyMatrix, ids: LineReader)
    case lines(LineReader)
  }

  package let path: String
  /// The length of the vectors; nil before the first of JSON lines.
  package private(set) var dimensions: Int?
  private let source: Source
  private var row = 0

  /// - Throws: `FileError` if the file or that of the ids cannot be read.
  package init(_ path: String) throws(FileError) {
    self.path = path
    if let matrix = try NumpyMatrix(path) {
      let ids = path.hasSuffix(".npy") ? "\(path.dropLast(4)).ids" : "\(path).ids"
      source = .matrix(matrix, ids: try LineReader(ids))
      dimensions = matrix.columns
    } else {
      source = .lines(try LineReader(path))
    }
  }

  /// The next vector, or nil at the end.
  ///
  /// - Throws: `FileError` if an id or a vector is not what it has to be.
  package func next() throws(FileError) -> (id: UInt128, vector: [Float])? {
    switch source {
    case .lines(let reader):
      guard let line = try reader.next() else { return nil }
      let place = "line \(line.number)"
      let record = try JSON.decode(
        VectorLine.self, from: line.bytes, path: reader.name, place: place)
      let id = try Self.id(record.id, path: reader.name, place: place)
      try require(record.vector, place: place)
      return (id, record.vector)
    case .matrix(let matrix, let ids):
      guard let line = try ids.next() else {
        guard row == matrix.rows else {
          throw .content(
            path: ids.name, problem: "has \(row) ids for the \(matrix.rows) rows of \(path)")
        }
        return nil
      }
      guard row < matrix.rows else {
        throw .content(path: ids.name, problem: "has more ids than the rows of \(path)")
      }
      let id = try Self.id(
        String(decoding: line.bytes, as: UTF8.self), path: ids.name, place: "line \(line.number)")
      let vector = try matrix.row(row)
      row += 1
      try require(vector, place: "row \(row)")
      return (id, vector)
    }
  }

  private func require(_ vector: [Float], place: String) throws(FileError) {
    let wanted = dimensions ?? vector.count
    dimensions = wanted
    guard vector.count == wanted, wanted > 0 else {
      throw .content(
        path: path, place: place, problem: "has \(vector.count) numbers, others \(wanted)")
    }
    guard vector.allSatisfy(\.isFinite), vector.contains(where: { $0 != 0 }) else {
      throw .content(path: path, place: place, problem: "its vector is no direction")
    }
  }

  private static func id(_ text: String, path: String, place: String) throws(FileError) -> UInt128 {
    guard text.utf8.count == 32 || text.utf8.count == 64,
      let id = UInt128(text.prefix(32), radix: 16), UInt128(text.suffix(32), radix: 16) != nil
    else {
      throw .content(
        path: path, place: place,
        problem: "\(text.prefix(80)) is no id; write the first 32 hexadecimal digits of the "
          + "SHA-256 of the text")
    }
    return id
  }
}

private struct VectorLine: Decodable {
  let id: String
  let vector: [Float]
}

/// The id of a document in files of vectors: the first 16 bytes of its text's SHA-256, in
/// hexadecimal.
package func documentID(_ key: UInt128) -> String {
  let digits = String(key, radix: 16)
  return String(repeating: "0", count: 32 - digits.count) + digits
}
