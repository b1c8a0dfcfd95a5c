import Formats
import Storage

/// What a file begins with: enough to tell its format, whatever its name is.
struct FileOpening: Sendable {
  /// Whether the tensors of a model follow; then nothing else is known here.
  let isSafetensors: Bool
  /// The keys of the first JSON object, and as `a.b` those of the objects in it; nil where the file
  /// does not begin with an object.
  let keys: Set<String>?
  /// The `format` of the object's `provenance`; nil where it has none.
  let format: String?
  /// The first line that is neither empty nor a remark (`#`), at most 1000 bytes of it; empty where
  /// they are no text.
  let line: String

  /// - Throws: `FileError` if the file cannot be read, is empty, or begins with damaged JSON.
  init(_ path: String) throws(FileError) {
    isSafetensors = try SafetensorsFile.isSafetensors(path)
    guard !isSafetensors else {
      (keys, format, line) = (nil, nil, "")
      return
    }
    let reader = try LineReader(path)
    var first = try reader.next()
    while let line = first, Self.saysNothing(line.bytes) { first = try reader.next() }
    guard let first else { throw .content(path: path, problem: "is empty; make it again") }
    let start = first.bytes.prefix(1000)
    line = start.contains(0) ? "" : String(decoding: start, as: UTF8.self)
    guard line.hasPrefix("{") else {
      (keys, format) = (nil, nil)
      return
    }
    var value = Array(first.bytes)
    var keys = JSON.keys(of: value)
    if keys == nil, let second = try reader.next() {
      // An object over several lines, as other programs write them.
      value += [UInt8(ascii: "\n")] + second.bytes
      while let line = try reader.next() { value += [UInt8(ascii: "\n")] + line.bytes }
      keys = JSON.keys(of: value)
    }
    guard let keys else {
      throw .content(path: path, problem: JSON.complaint(aboutObject: value))
    }
    self.keys = keys
    format = keys.contains("provenance") ? try Self.format(of: value, path: path) : nil
  }

  /// The keys of the object itself.
  var outerKeys: Set<String> { (keys ?? []).filter { !$0.contains(".") } }

  private static func format(of object: [UInt8], path: String) throws(FileError) -> String {
    let fields = JSONFields()
    if fields.parse(object[...]) == nil,
      let format = try? fields.string(at: JSONFields.Path("provenance.format"))
    {
      return String(decoding: format, as: UTF8.self)
    }
    return try JSON.decode(Header.self, from: object, path: path).provenance.format
  }

  private struct Header: Decodable {
    struct Provenance: Decodable { let format: String }
    let provenance: Provenance
  }

  private static func saysNothing(_ line: ArraySlice<UInt8>) -> Bool {
    line.first == UInt8(ascii: "#") || line.allSatisfy { $0 == 32 || $0 == 9 || $0 == 13 }
  }
}
