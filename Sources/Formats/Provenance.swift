package import Storage

/// The origin of a file of ours, which is the first key of its header.
///
/// It has no dates, hosts or absolute paths: equal inputs give equal bytes.
package struct Provenance: Codable, Equatable, Sendable {
  /// The name of the format, such as `mde.tokens`; its section of data/README.md is normative.
  package var format: String
  package var version: Int
  /// The name of the tool that wrote the file.
  package var tool: String
  /// The revision of the tool's results; see `ToolRevision`.
  package var revision: Int
  /// The flags that the content depends on, by name; not threads, paths or verbosity.
  package var flags: [String: String]
  package var seed: UInt64?
  package var inputs: [InputDigest]

  package init(
    format: String, version: Int, tool: ToolRevision, flags: [String: String] = [:],
    seed: UInt64? = nil, inputs: [InputDigest] = []
  ) {
    (self.format, self.version) = (format, version)
    (self.tool, revision) = (tool.name, tool.number)
    (self.flags, self.seed, self.inputs) = (flags, seed, inputs)
  }

  /// Requires that a reader of `format` and `versions` can read a file of this provenance.
  ///
  /// - Throws: `FileError.content` if it is of another format or version.
  package func require(
    _ format: String, versions: ClosedRange<Int>, path: String
  ) throws(FileError) {
    guard self.format == format else {
      throw .content(path: path, problem: "is a file of format \(self.format), not \(format)")
    }
    guard versions.contains(version) else {
      let known = versions.map { "\($0)" }.joined(separator: " and ")
      throw .content(
        path: path, place: format,
        problem: "version \(version) is not supported, only \(known); make the file again")
    }
  }
}

/// An input as it was: its file's name without the folder, and a digest of its content.
package struct InputDigest: Codable, Equatable, Sendable {
  package var name: String
  /// The SHA-256 of the file's bytes, in hexadecimal.
  package var sha256: String

  package init(name: String, sha256: String) { (self.name, self.sha256) = (name, sha256) }

  /// Computes the digest of the `bytes` of the file at `path`.
  package init(path: String, bytes: [UInt8]) {
    name = path.split(separator: "/").last.map(String.init) ?? path
    sha256 = Storage.sha256(bytes)
  }

  /// Computes the digest of the file at `path`.
  ///
  /// - Throws: `FileError` if it cannot be read.
  package init(file path: String) throws(FileError) {
    name = path.split(separator: "/").last.map(String.init) ?? path
    sha256 = try Storage.sha256(file: path)
  }

  /// Computes the digest of the file at `path`; nil for a stream, which cannot be read again.
  ///
  /// - Throws: `FileError` if it cannot be read.
  package init?(unlessStream path: String) throws(FileError) {
    if isStream(path) { return nil }
    try self.init(file: path)
  }
}

/// The part of any header that says which format it is.
struct ProvenanceOnly: Decodable { let provenance: Provenance }

/// Decodes a header or a whole file of `format` and `version`.
///
/// These are checked first: a file of another format is named as such, not by a missing field.
///
/// - Throws: `FileError.content` if it is of another format or version, or cannot be decoded.
package func decodeArtifact<Value: Decodable>(
  _ type: Value.Type, from bytes: some Collection<UInt8>, as format: String, version: Int,
  path: String, place: String = ""
) throws(FileError) -> Value {
  try decodeArtifact(
    type, from: bytes, as: format, versions: version...version, path: path, place: place)
}

func decodeArtifact<Value: Decodable>(
  _ type: Value.Type, from bytes: some Collection<UInt8>, as format: String,
  versions: ClosedRange<Int>, path: String, place: String = ""
) throws(FileError) -> Value {
  let fields = try JSON.decode(ProvenanceOnly.self, from: bytes, path: path, place: place)
  try fields.provenance.require(format, versions: versions, path: path)
  return try JSON.decode(type, from: bytes, path: path, place: place)
}
