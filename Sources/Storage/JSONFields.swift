private import CSimdjson

/// A parser that takes strings out of JSON objects, fast; one for each thread, with its buffers.
///
/// The whole object is checked and its UTF-8 validated, so a malformed line never passes. Only the
/// strings asked for are decoded.
@safe package final class JSONFields {
  private let parser: OpaquePointer
  private var line: ArraySlice<UInt8> = []

  package init() {
    guard let parser = unsafe json_parser_create() else { preconditionFailure("out of memory") }
    unsafe self.parser = parser
  }

  deinit { unsafe json_parser_destroy(parser) }

  /// The place of a field in an object: the keys of nested objects, written with dots (`meta.set`).
  package struct Path: Sendable {
    package let name: String
    fileprivate let depth: Int
    /// The keys one after another, each ended by a zero byte.
    fileprivate let keys: [CChar]

    package init(_ name: String) {
      let keys = name.split(separator: ".", omittingEmptySubsequences: false)
      (self.name, depth) = (name, keys.count)
      self.keys = keys.flatMap { $0.utf8.map { CChar(bitPattern: $0) } + [0] }
    }
  }

  /// Parses `line`, and returns what is wrong with it, or nil.
  package func parse(_ line: ArraySlice<UInt8>) -> String? {
    self.line = line
    return refusal(of: line).map { _ in JSON.complaint(about: line) }
  }

  /// Whether `text` is one JSON value.
  func isValid(_ text: [UInt8]) -> Bool { refusal(of: text[...]) == nil }

  private func refusal(of line: ArraySlice<UInt8>) -> String? {
    unsafe line.withUnsafeBufferPointer { bytes in
      unsafe json_parse(parser, bytes.baseAddress, bytes.count).map { unsafe String(cString: $0) }
    }
  }

  /// The keys of the object parsed last, as they are spelled there, and in its order.
  package var names: [String] {
    var (names, depth, isKey) = ([] as [String], 0, true)
    var position = line.startIndex
    while position < line.endIndex {
      switch line[position] {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        if depth == 0 { isKey = line[position] == UInt8(ascii: "{") }
        depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: ",") where depth == 1: isKey = names.last != nil
      case UInt8(ascii: "\""):
        let start = position + 1
        position = start
        while line[position] != UInt8(ascii: "\"") {
          position += line[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        if depth == 1 {
          if isKey { names.append(String(decoding: line[start..<position], as: UTF8.self)) }
          isKey = false
        }
      default: break
      }
      position += 1
    }
    return names
  }

  /// Why there is no string at a place: it is not there, or holds something else.
  package enum Missing: Error { case absent, notString }

  /// The string at `path` in the line parsed last, which has to be a valid one.
  ///
  /// - Throws: `Missing` if there is no string at `path`.
  package func string(at path: Path) throws(Missing) -> [UInt8] {
    let string = unsafe line.withUnsafeBufferPointer { bytes -> Result<[UInt8], Missing> in
      var (start, count) = (0, 0)
      switch unsafe json_string_at(
        parser, bytes.baseAddress, path.keys, path.depth, &start, &count)
      {
      case json_string_found:
        return .success(
          unsafe [UInt8](unsafeUninitializedCapacity: count) { target, filled in
            filled = unsafe json_decode_string(
              bytes.baseAddress! + start, count, target.baseAddress)
          })
      case json_string_missing: return .failure(.absent)
      default: return .failure(.notString)
      }
    }
    return try string.get()
  }
}
