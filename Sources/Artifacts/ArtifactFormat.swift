package import Storage

/// A format of stored files: how a file of it is told from others, and the reader that decodes and
/// checks all of one.
///
/// `ArtifactFormat.all` is the registry: a new format is one row there.
package struct ArtifactFormat: Sendable {
  /// What tells a file of the format, by how the file begins.
  enum Mark: Sendable {
    /// The `format` of its provenance.
    case provenance(String)
    /// It has no provenance, and its first JSON object has these keys; and no others than `known`,
    /// where that is given.
    case keys(Set<String>, known: Set<String>? = nil)
    /// It begins with the size of a header and that header, as safetensors do.
    case safetensors
    /// It is text whose first line is like this.
    case line(@Sendable (String) -> Bool)
  }

  package let name: String
  let mark: Mark
  /// Reads all of a file of the format.
  package let check: @Sendable (_ path: String) throws(FileError) -> Void

  init(
    _ name: String, _ mark: Mark, _ check: @escaping @Sendable (String) throws(FileError) -> Void
  ) {
    (self.name, self.mark, self.check) = (name, mark, check)
  }

  /// A format whose files say so in their provenance.
  init(_ format: String, _ check: @escaping @Sendable (String) throws(FileError) -> Void) {
    self.init(format, .provenance(format), check)
  }

  private func isTold(by opening: FileOpening) -> Bool {
    switch mark {
    case .provenance(let format): opening.format == format
    case .keys(let keys, let known):
      opening.format == nil && opening.keys?.isSuperset(of: keys) == true
        && known?.isSuperset(of: opening.outerKeys) ?? true
    case .safetensors: opening.isSafetensors
    case .line(let isLike): opening.keys == nil && isLike(opening.line)
    }
  }

  /// Returns the format of the file at `path`.
  ///
  /// - Throws: `FileError` if the file cannot be read, is empty, or is of no known format.
  package static func of(_ path: String) throws(FileError) -> ArtifactFormat {
    let opening = try FileOpening(path)
    if let known = all.first(where: { $0.isTold(by: opening) }) { return known }
    if let format = opening.format {
      throw .content(path: path, problem: "is of the unknown format \(format)")
    }
    guard let keys = opening.keys else {
      throw .content(path: path, problem: "is of no known format")
    }
    let fields = opening.outerKeys.sorted().joined(separator: ", ")
    throw .content(
      path: path,
      problem: keys.isEmpty
        ? "is an empty JSON object" : "has the fields \(fields), which no known format has")
  }
}

/// Reads all of the file at `path` by the reader of its format.
///
/// - Throws: `FileError` if anything in it is not as its format says, or its format is not known.
package func verifyArtifact(_ path: String) throws(FileError) {
  if isStream(path) {
    throw .content(
      path: path == "-" ? "standard input" : path,
      problem: "cannot be checked, as it can be read once only; give a file")
  }
  try ArtifactFormat.of(path).check(path)
}
