package import Storage

/// A file of named tensors: `.safetensors`, as Hugging Face defines it.
///
///     uint64  bytes of the header
///     header  JSON: name → dtype, shape, data_offsets; `__metadata__` → strings
///     data    the tensors, row-major, little-endian, without gaps
///
/// Our files carry the SHA-256 of the data in `__metadata__.sha256`, which the format itself lacks,
/// so that a flipped bit is noticed; in files from elsewhere it may be missing.
/// Source: https://huggingface.co/docs/safetensors, section "Format".
package final class SafetensorsFile: Sendable {
  package struct Entry: Codable, Equatable, Sendable {
    package var dtype: String
    package var shape: [Int]
    package var data_offsets: [Int]
  }

  package let path: String
  /// The tensors by name.
  package let entries: [String: Entry]
  private let file: ReadableFile
  private let dataStart: Int

  /// The format's own limit, in bytes.
  private static let largestHeader = 100 << 20

  /// Whether `path` begins as the format does: with a size, and a JSON object.
  ///
  /// - Throws: `FileError` if the file cannot be read.
  package static func isSafetensors(_ path: String) throws(FileError) -> Bool {
    let file = try ReadableFile(path)
    guard file.size > 8, try file.bytes(at: 8, count: 1) == [UInt8(ascii: "{")] else {
      return false
    }
    var prefix = ByteReader(try file.bytes(at: 0, count: 8))
    guard let low = prefix.uint32(), let high = prefix.uint32() else { return false }
    return high == 0 && low <= largestHeader
  }

  /// Opens `path` and checks its header, its size and, if it is given, the digest of its data.
  ///
  /// - Throws: `FileError` if the file cannot be read, or one of them is wrong.
  package init(_ path: String) throws(FileError) {
    self.path = path
    file = try ReadableFile(path)
    let limit = Self.largestHeader
    var prefix = ByteReader(file.size >= 8 ? try file.bytes(at: 0, count: 8) : [])
    guard let low = prefix.uint32(), let high = prefix.uint32(), high == 0, low <= limit,
      8 + Int(low) <= file.size
    else {
      throw .content(
        path: path, place: "header", problem: "is truncated, or this is not a safetensors file")
    }
    dataStart = 8 + Int(low)
    let header = try JSON.decode(
      [String: Item].self, from: try file.bytes(at: 8, count: Int(low)), path: path, place: "header"
    )
    var (entries, metadata): ([String: Entry], [String: String]) = ([:], [:])
    for (name, item) in header {
      switch item {
      case .entry(let entry): entries[name] = entry
      case .metadata(let strings): metadata = strings
      }
    }
    self.entries = entries
    try checkLayout()
    if let expected = metadata["sha256"] {
      guard try sha256(file, from: dataStart) == expected else {
        throw .content(
          path: path, place: "data", problem: "is corrupted: its SHA-256 differs from the header's")
      }
    }
  }

  /// The place of a tensor that has to have a shape.
  ///
  /// - Throws: `FileError.content` if it is missing, or has another shape.
  @discardableResult
  func require(_ name: String, shape: [Int]) throws(FileError) -> Entry {
    guard let entry = entries[name] else {
      throw .content(path: path, place: name, problem: "is missing")
    }
    guard entry.shape == shape else {
      throw .content(path: path, place: name, problem: "has the shape \(entry.shape), not \(shape)")
    }
    return entry
  }

  /// The values of a tensor as Float32, row-major, whatever their kind in the file.
  ///
  /// - Throws: `FileError` if it is missing, has another shape or values that are not finite, or
  ///   cannot be read.
  package func floats(_ name: String, shape: [Int]) throws(FileError) -> [Float] {
    let entry = try require(name, shape: shape)
    let range = entry.data_offsets[0]..<entry.data_offsets[1]
    var reader = ByteReader(try file.bytes(at: dataStart + range.lowerBound, count: range.count))
    let count = shape.reduce(1, *)
    let values: [Float]? =
      switch entry.dtype {
      case "F32": reader.array(of: Float.self, count: count)
      case "F16":
        reader.array(of: UInt16.self, count: count)?.map { Float(Float16(bitPattern: $0)) }
      default:
        reader.array(of: UInt16.self, count: count)?.map { Float(bitPattern: UInt32($0) << 16) }
      }
    guard let values, values.allSatisfy({ $0.isFinite }) else {
      throw .content(path: path, place: name, problem: "has values that are not finite")
    }
    return values
  }

  /// Checks that the tensors lie one after the other and fill the file.
  ///
  /// - Throws: `FileError.content` if they do not.
  private func checkLayout() throws(FileError) {
    let sizes = ["F32": 4, "F16": 2, "BF16": 2]
    var end = 0
    let ordered = entries.sorted {
      ($0.value.data_offsets.first ?? 0, $0.key) < ($1.value.data_offsets.first ?? 0, $1.key)
    }
    for (name, entry) in ordered {
      guard let size = sizes[entry.dtype] else {
        throw .content(path: path, place: name, problem: "dtype \(entry.dtype) is not supported")
      }
      var bytes = size
      for dimension in entry.shape {
        let (product, overflow) = bytes.multipliedReportingOverflow(by: dimension)
        guard dimension >= 0, !overflow else {
          throw .content(path: path, place: name, problem: "has an impossible shape")
        }
        bytes = product
      }
      guard entry.data_offsets.count == 2, entry.data_offsets[0] == end,
        bytes <= file.size - dataStart - end, entry.data_offsets[1] == end + bytes
      else { throw .content(path: path, place: name, problem: "does not lie where its shape says") }
      end += bytes
    }
    guard dataStart + end == file.size else {
      throw .content(
        path: path, place: "data",
        problem: "holds \(file.size - dataStart) bytes where the header says \(end)")
    }
  }

  /// A tensor or `__metadata__`, which differ in the fields of their JSON objects.
  private enum Item: Decodable {
    case entry(Entry)
    case metadata([String: String])

    init(from decoder: any Decoder) throws {
      if let strings = try? [String: String](from: decoder) {
        self = .metadata(strings)
      } else {
        self = .entry(try Entry(from: decoder))
      }
    }
  }
}

/// A tensor to be written in Float32.
package struct StoredTensor {
  package var name: String
  package var shape: [Int]
  /// The bytes of a range of the tensor's values, row-major.
  package var bytes: (Range<Int>) -> [UInt8]

  package init(name: String, shape: [Int], bytes: @escaping (Range<Int>) -> [UInt8]) {
    (self.name, self.shape, self.bytes) = (name, shape, bytes)
  }

  /// Hands all bytes to `sink` in pieces, so that a large tensor is never copied whole.
  fileprivate func forEachPiece(
    _ sink: ([UInt8]) throws(FileError) -> Void
  ) throws(FileError) {
    let (count, piece) = (shape.reduce(1, *), 1 << 20)
    for start in stride(from: 0, to: count, by: piece) {
      let bytes = bytes(start..<min(count, start + piece))
      precondition(bytes.count == 4 * min(piece, count - start), name)
      try sink(bytes)
    }
  }
}

/// Writes a `.safetensors` in Float32, all or nothing; the order of `tensors` is that of the data.
///
/// - Throws: `FileError.system` if it cannot be written.
package func writeSafetensors(_ path: String, _ tensors: [StoredTensor]) throws(FileError) {
  var entries: [String: SafetensorsFile.Entry] = [:]
  var end = 0
  for tensor in tensors {
    let start = end
    end += 4 * tensor.shape.reduce(1, *)
    entries[tensor.name] = .init(dtype: "F32", shape: tensor.shape, data_offsets: [start, end])
  }
  var digest = StreamingDigest()
  for tensor in tensors {
    try tensor.forEachPiece { (bytes) throws(FileError) in digest.update(bytes) }
  }
  var header = JSON.encode(
    Header(entries: entries, metadata: ["format": "pt", "sha256": digest.hexadecimal()]))
  header += [UInt8](repeating: UInt8(ascii: " "), count: (8 - header.count % 8) % 8)
  var prefix = ByteWriter()
  prefix.append(UInt64(header.count))
  let file = try AtomicFile(path)
  try file.write(prefix.bytes + header)
  for tensor in tensors {
    try tensor.forEachPiece { (bytes) throws(FileError) in try file.write(bytes) }
  }
  try file.commit()
}

private struct Header: Encodable {
  var entries: [String: SafetensorsFile.Entry]
  var metadata: [String: String]

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(metadata, forKey: Key(stringValue: "__metadata__"))
    for (name, entry) in entries { try container.encode(entry, forKey: Key(stringValue: name)) }
  }
}
