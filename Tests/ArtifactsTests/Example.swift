import Formats
import Foundation
import Storage
import TestSupport
import Testing

/// A small valid file of one format, in parts that a test can damage.
struct Example: Sendable, CustomTestStringConvertible {
  enum Content: Sendable {
    /// JSON values, one a line.
    case lines([[UInt8]])
    /// A header of JSON and blocks, in a framed file.
    case framed(header: [UInt8], blocks: [[UInt8]])
    /// Anything else.
    case bytes([UInt8])
  }

  /// The name that the registry knows it by.
  let format: String
  var content: Content
  /// Keys of its JSON objects that may be missing.
  var optional: Set<String> = []
  /// Keys that no reader looks at.
  var ignored: Set<String> = []

  var testDescription: String { format }

  /// Its JSON values: the header of a framed file, all lines of others.
  var values: [[UInt8]] {
    get {
      switch content {
      case .lines(let lines): lines
      case .framed(let header, _): [header]
      case .bytes: []
      }
    }
    set {
      switch content {
      case .lines: content = .lines(newValue)
      case .framed(_, let blocks): content = .framed(header: newValue[0], blocks: blocks)
      case .bytes: break
      }
    }
  }

  /// Writes the file.
  ///
  /// - Returns: Its path.
  func write(to folder: TemporaryFolder, _ name: String = "file") throws -> String {
    switch content {
    case .lines(let lines):
      return try folder.write(name, lines.flatMap { $0 + [UInt8(ascii: "\n")] })
    case .framed(let header, let blocks):
      let file = try FramedWriter(folder.file(name), header: header)
      for block in blocks { try file.append(block) }
      try file.commit()
      return folder.file(name)
    case .bytes(let bytes): return try folder.write(name, bytes)
    }
  }

  /// The example with value `index` as `change` leaves it.
  func changing(
    _ index: Int, _ change: (inout [String: Any]) -> Void
  ) throws -> Example {
    var object = try self.object(index)
    change(&object)
    var example = self
    example.values[index] = Array(try JSONSerialization.data(withJSONObject: object))
    return example
  }

  /// Value `index` as an object.
  func object(_ index: Int) throws -> [String: Any] {
    let value = try JSONSerialization.jsonObject(with: Data(values[index]))
    return try #require(value as? [String: Any])
  }

  /// Whether its first value says what it is.
  var hasProvenance: Bool {
    values.first.map { JSON.keys(of: $0)?.contains("provenance") == true } == true
  }
}
