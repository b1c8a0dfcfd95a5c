package import Storage

/// A value that is kept in a file of its own, as JSON.
package protocol StoredValue: Codable, Equatable, Sendable {
  /// The name of its format, such as `mde.proposal`; its section of data/README.md is normative.
  static var format: String { get }
  static var version: Int { get }
  /// The reason why the value is impossible although it could be decoded; nil for a sound one.
  var problem: String? { get }
}

/// A value as a file holds it: its own keys, and `provenance` beside them.
@dynamicMemberLookup
package struct Provenanced<Value: StoredValue>: Codable, Equatable, Sendable {
  package var provenance: Provenance
  package var value: Value

  package init(_ value: Value, provenance: Provenance) {
    (self.value, self.provenance) = (value, provenance)
  }

  package static var format: String { Value.format }
  package static var version: Int { Value.version }

  package subscript<Member>(dynamicMember path: KeyPath<Value, Member>) -> Member {
    value[keyPath: path]
  }

  /// Reads the file `path`.
  ///
  /// - Throws: `FileError` if it cannot be read, is of another format or version, or has a problem.
  package init(reading path: String) throws(FileError) {
    let bytes = try readFile(path)
    self = try decodeArtifact(
      Self.self, from: bytes, as: Value.format, version: Value.version, path: path)
    if let problem = value.problem { throw .content(path: path, problem: problem) }
  }

  private enum Key: CodingKey { case provenance }

  package init(from decoder: any Decoder) throws {
    provenance = try decoder.container(keyedBy: Key.self).decode(
      Provenance.self, forKey: .provenance)
    value = try Value(from: decoder)
  }

  package func encode(to encoder: any Encoder) throws {
    try value.encode(to: encoder)
    var fields = encoder.container(keyedBy: Key.self)
    try fields.encode(provenance, forKey: .provenance)
  }

  /// The file's content: one line of JSON.
  package var bytes: [UInt8] { JSON.encode(self) + [UInt8(ascii: "\n")] }
}
