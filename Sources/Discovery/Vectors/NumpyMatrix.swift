import Storage

/// A matrix of floats in numpy's format, by rows, read a row at a time.
///
/// Source: numpy.org/doc/stable/reference/generated/numpy.lib.format.html.
final class NumpyMatrix {
  let rows: Int
  let columns: Int
  private let file: ReadableFile
  private let start: Int
  private let type: Number
  /// Rows read at once, and the first of them.
  private var (read, first): ([[Float]], Int) = ([], 0)
  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  private enum Number: String {
    case half = "<f2"
    case single = "<f4"
    case double = "<f8"

    var size: Int {
      switch self {
      case .half: 2
      case .single: 4
      case .double: 8
      }
    }
  }

  /// - Returns: nil if the file does not begin as numpy's do.
  /// - Throws: `FileError` if it cannot be read, or holds anything but a matrix of floats.
  init?(_ path: String) throws(FileError) {
    guard path != "-" else { return nil }
    file = try ReadableFile(path)
    guard file.size >= 10, try file.bytes(at: 0, count: 6) == Self.magic else { return nil }
    let version = try file.bytes(at: 6, count: 1)[0]
    let lengthSize = version == 1 ? 2 : 4
    let length = try file.bytes(at: 8, count: lengthSize).reversed().reduce(0) { $0 << 8 | Int($1) }
    start = 8 + lengthSize + length
    let header = String(decoding: try file.bytes(at: 8 + lengthSize, count: length), as: UTF8.self)
    func value(_ key: String, _ end: Character) -> Substring? {
      guard let found = header.firstRange(of: "'\(key)': ") else { return nil }
      return header[found.upperBound...].prefix { $0 != end }
    }
    let shape = value("shape", ")")?.dropFirst().split(separator: ",").compactMap {
      Int($0.filter { $0 != " " })
    }
    let name = value("descr", ",")?.filter { $0 != "'" }
    guard let name, let type = Number(rawValue: name), let shape, shape.count == 2,
      value("fortran_order", ",") == "False"
    else {
      throw .content(
        path: path, place: "header",
        problem: "is no matrix of floats by rows; save an array of float32 of shape (n, d)")
    }
    (self.type, rows, columns) = (type, shape[0], shape[1])
    let (numbers, overflow) = rows.multipliedReportingOverflow(by: columns)
    guard !overflow, rows >= 0, columns > 0, numbers <= file.size,
      numbers * type.size == file.size - start
    else {
      throw .content(
        path: path,
        problem: "\(file.size - start) bytes are no \(rows) × \(columns) numbers; save it again")
    }
  }

  /// A row; rows that come in their order are read many at once.
  func row(_ index: Int) throws(FileError) -> [Float] {
    if !(first..<first + read.count ~= index) {
      let size = columns * type.size
      let count = min(rows - index, max(1, (1 << 20) / size))
      var reader = ByteReader(try file.bytes(at: start + index * size, count: count * size))
      (read, first) = ((0..<count).map { _ in floats(&reader) }, index)
    }
    return read[index - first]
  }

  private func floats(_ reader: inout ByteReader) -> [Float] {
    switch type {
    case .half:
      (reader.array(of: UInt16.self, count: columns) ?? []).map {
        Float(Float16(bitPattern: $0))
      }
    case .single: reader.array(of: Float.self, count: columns) ?? []
    case .double: (reader.array(of: Double.self, count: columns) ?? []).map { Float($0) }
    }
  }
}
