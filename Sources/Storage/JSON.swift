import Foundation

/// JSON in our files: keys sorted, slashes as they are, one object a line.
package enum JSON {
  package static func encode(_ value: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do { return Array(try encoder.encode(value)) } catch {
      preconditionFailure("a value of ours has no JSON: \(error)")
    }
  }

  /// Decodes one value; `path` and `place` are for the error message.
  package static func decode<Value: Decodable>(
    _ type: Value.Type, from bytes: some Collection<UInt8>, path: String, place: String = ""
  ) throws(FileError) -> Value {
    do { return try JSONDecoder().decode(type, from: Data(bytes)) } catch {
      throw .content(path: path, place: place, problem: problem(error))
    }
  }

  /// Decodes a whole file.
  package static func decode<Value: Decodable>(
    _ type: Value.Type, file path: String
  ) throws(FileError) -> Value {
    try decode(type, from: try readFile(path), path: path)
  }

  /// The fields of a decoding error that a person can act on, on one line.
  private static func problem(_ error: any Error) -> String {
    func field(_ path: [any CodingKey]) -> String {
      path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
    }
    return switch error {
    case DecodingError.keyNotFound(let key, let context):
      "has no field \"\(field(context.codingPath + [key]))\""
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
      "field \"\(field(context.codingPath))\" has the wrong type"
    case DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty:
      "field \"\(field(context.codingPath))\": \(context.debugDescription)"
    default: "is not valid JSON"
    }
  }
}
