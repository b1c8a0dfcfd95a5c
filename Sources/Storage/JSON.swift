import Foundation

/// JSON in our files: keys sorted, slashes as they are, one object a line.
package enum JSON {
  /// The JSON of `value`, without a line break.
  package static func encode(_ value: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do { return Array(try encoder.encode(value)) } catch EncodingError.invalidValue(
      let number, let context)
    {
      endProcess(
        as: .computation,
        "\(field(context.codingPath)) is \(number), which cannot be written: numbers are too large")
    } catch { preconditionFailure("a value of ours has no JSON: \(error)") }
  }

  /// Decodes one value; `path` and `place` are for the error message.
  ///
  /// - Throws: `FileError.content` if `bytes` are not the JSON of such a value.
  package static func decode<Value: Decodable>(
    _ type: Value.Type, from bytes: some Collection<UInt8>, path: String, place: String = ""
  ) throws(FileError) -> Value {
    do { return try JSONDecoder().decode(type, from: try text(of: bytes)) } catch {
      throw .content(
        path: path, place: place,
        problem: problem(error) ?? textProblem(error, in: withoutMark(bytes)))
    }
  }

  /// Decodes the value that a whole file holds.
  ///
  /// - Throws: `FileError` if the file cannot be read, or does not hold such a value.
  package static func decode<Value: Decodable>(
    _ type: Value.Type, file path: String
  ) throws(FileError) -> Value {
    try decode(type, from: try readFile(path), path: path)
  }

  /// What is wrong with bytes that are not JSON, on one line.
  package static func complaint(about bytes: some Collection<UInt8>) -> String {
    complaint(of: JSONDamage.description(of: bytes))
  }

  private static func complaint(of damage: String?) -> String {
    "is not valid JSON: \(damage ?? "something is misplaced or misspelled")"
  }

  /// What the first bytes say of a file that is no text in UTF-8, or empty; nil if it may be one.
  package static func foreignFormat(of bytes: [UInt8]) -> String? {
    JSONDamage(bytes: bytes).foreignFormat
  }

  /// What is wrong with bytes that are no JSON object, on one line.
  package static func complaint(aboutObject bytes: some Collection<UInt8>) -> String {
    if let damage = JSONDamage.description(of: bytes) { return complaint(of: damage) }
    let key = JSONDamage.repeatedKey(in: Array(bytes))
    return key.map { "has the key \"\($0)\" twice in one object" } ?? "is not a JSON object"
  }

  /// Whether a byte is white space of JSON.
  package static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
  }

  /// The text without a byte-order mark, for Foundation.
  ///
  /// - Throws: `JSONDamage.Found` if it has more levels than Foundation's parser reads: that ends
  ///   the process where a text ends right after one too many; `RepeatedKey` if an object has a key
  ///   twice, of which Foundation takes the first and other programs the last.
  private static func text(of bytes: some Collection<UInt8>) throws -> Data {
    let text = Array(withoutMark(bytes))
    if JSONDamage.hasTooManyLevels(text) { throw JSONDamage.tooManyLevels }
    if let key = JSONDamage.repeatedKey(in: text) { throw RepeatedKey(key: key) }
    return Data(text)
  }

  private struct RepeatedKey: Error { let key: String }

  /// What is wrong with bytes that are no JSON, or hold a number that its type does not have.
  private static func textProblem(_ error: any Error, in bytes: some Collection<UInt8>) -> String {
    let damage = JSONDamage.description(of: bytes)
    if damage == nil, case DecodingError.dataCorrupted = error {
      return "a number is too large, or not whole"
    }
    return complaint(of: damage)
  }

  /// What a decoding error says that a person can act on, on one line; nil if it is that bytes are
  /// not JSON.
  private static func problem(_ error: any Error) -> String? {
    switch error {
    case let error as RepeatedKey: "has the key \"\(error.key)\" twice in one object"
    case DecodingError.typeMismatch(_, let context) where context.codingPath.isEmpty:
      "is JSON of another kind than what belongs here"
    case DecodingError.keyNotFound(let key, let context):
      "has no field \"\(field(context.codingPath + [key]))\""
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
      "field \"\(field(context.codingPath))\" has the wrong type"
    case DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty:
      "field \"\(field(context.codingPath))\": \(context.debugDescription)"
    default: nil
    }
  }

  private static func field(_ path: [any CodingKey]) -> String {
    path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
  }
}

extension JSON {
  /// The keys of the object `bytes`, and as `a.b` those of the objects in it; nil if it is none, or
  /// one of its objects has a key twice.
  package static func keys(of bytes: some Collection<UInt8>) -> Set<String>? {
    let text = Array(withoutMark(bytes))
    guard text.first(where: { !isSpace($0) }) == UInt8(ascii: "{"), JSONFields().isValid(text)
    else { return nil }
    var (keys, outer) = (Set<String>(), "")
    let repeated = JSONDamage.repeatedKey(in: text) { key, depth in
      guard depth <= 2 else { return }
      let name = unescaped(key)
      if depth == 1 { outer = name }
      keys.insert(depth == 1 ? name : "\(outer).\(name)")
    }
    return repeated == nil ? keys : nil
  }

  /// What a key of valid JSON spells.
  private static func unescaped(_ key: ArraySlice<UInt8>) -> String {
    guard key.contains(UInt8(ascii: "\\")) else { return String(decoding: key, as: UTF8.self) }
    let quote = [UInt8(ascii: "\"")]
    return (try? JSONDecoder().decode(String.self, from: Data(quote + key + quote))) ?? ""
  }

  /// The elements of an array, or of the array that an object has at `key`; nil if there is none.
  package static func elements(of bytes: [UInt8], in key: String) -> [[UInt8]]? {
    guard let value = try? JSONSerialization.jsonObject(with: try text(of: bytes)) else {
      return nil
    }
    let array = value as? [Any] ?? (value as? [String: Any])?[key] as? [Any]
    let elements = array?.compactMap { try? JSONSerialization.data(withJSONObject: $0) }
    guard let elements, elements.count == array?.count else { return nil }
    return elements.map { Array($0) }
  }
}
