private import CSimdjson

/// Takes strings out of JSON objects, fast: one parser with its buffers, for one thread.
///
/// The whole object is parsed and its UTF-8 validated (by simdjson), so a malformed line never passes.
@safe package final class JSONFields {
  private let parser: OpaquePointer

  package init() {
    guard let parser = unsafe json_parser_create() else { preconditionFailure("out of memory") }
    unsafe self.parser = parser
  }

  deinit { unsafe json_parser_destroy(parser) }

  /// A field's place in an object: keys of nested objects, written with dots (`meta.set`).
  package struct Path: Sendable {
    package let name: String
    fileprivate let depth: Int
    /// Each ended by a zero byte.
    fileprivate let keys: [CChar]

    package init(_ name: String) {
      let keys = name.split(separator: ".", omittingEmptySubsequences: false)
      (self.name, depth) = (name, keys.count)
      self.keys = keys.flatMap { $0.utf8.map { CChar(bitPattern: $0) } + [0] }
    }
  }

  /// Parses `line`; nil, or what is wrong with it.
  package func parse(_ line: ArraySlice<UInt8>) -> String? {
    unsafe line.withUnsafeBufferPointer { bytes in
      unsafe json_parse(parser, bytes.baseAddress, bytes.count).map { unsafe String(cString: $0) }
    }
  }

  package enum Missing: Error { case absent, notString }

  /// The string at `path` in the line parsed last.
  package func string(at path: Path) throws(Missing) -> [UInt8] {
    var (start, count): (UnsafePointer<CChar>?, Int) = (nil, 0)
    switch unsafe json_string_at(parser, path.keys, path.depth, &start, &count) {
    case json_string_found:
      return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
    case json_string_missing: throw .absent
    default: throw .notString
    }
  }
}
