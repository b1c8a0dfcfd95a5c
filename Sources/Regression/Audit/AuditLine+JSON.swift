import Formats
package import Storage

extension AuditLine {
  /// The line as JSON, without the line break.
  package var bytes: [UInt8] {
    switch self {
    case .header(let line): JSON.encode(line)
    case .family(let line): JSON.encode(Tagged(kind: "family", line: line))
    case .pair(let line): JSON.encode(Tagged(kind: "pair", line: line))
    case .learning(let line): JSON.encode(Tagged(kind: "learning", line: line))
    case .mde(let line): JSON.encode(Tagged(kind: "mde", line: line))
    case .scale(let line): JSON.encode(Tagged(kind: "scale", line: line))
    case .conclusion(let line): JSON.encode(Tagged(kind: "conclusion", line: line))
    }
  }

  /// Reads the lines of an audit.
  ///
  /// - Throws: `FileError` if the file cannot be read, is empty, or is of another format or
  ///   version, and if a line is of an unknown kind or lacks a key.
  package static func read(_ path: String) throws(FileError) -> [AuditLine] {
    let reader = try LineReader(path)
    guard let first = try reader.next() else {
      throw .content(path: reader.name, problem: "is empty; make it again")
    }
    var lines: [AuditLine] = [
      .header(
        try decodeArtifact(
          Header.self, from: first.bytes, as: format, version: version, path: reader.name,
          place: "line 1"))
    ]
    while let line = try reader.next() {
      let place = "line \(line.number)"
      func decode<Line: Decodable>(_ type: Line.Type) throws(FileError) -> Line {
        try JSON.decode(type, from: line.bytes, path: reader.name, place: place)
      }
      switch try decode(Kind.self).kind {
      case "family": lines.append(.family(try decode(ScoredFamily.self)))
      case "pair": lines.append(.pair(try decode(PairedComparison.self)))
      case "learning": lines.append(.learning(try decode(LearningPoint.self)))
      case "mde": lines.append(.mde(try decode(MDEInformation.self)))
      case "scale": lines.append(.scale(try decode(ScaleScores.self)))
      case "conclusion": lines.append(.conclusion(try decode(AuditConclusion.self)))
      case let kind:
        throw .content(path: reader.name, place: place, problem: "is of the unknown kind \(kind)")
      }
    }
    return lines
  }

  private struct Kind: Decodable { var kind: String }

  /// A line whose own keys stand beside its `kind`.
  private struct Tagged<Line: Encodable>: Encodable {
    let kind: String
    let line: Line
    private enum CodingKeys: CodingKey { case kind }

    func encode(to encoder: any Encoder) throws {
      try line.encode(to: encoder)
      var fields = encoder.container(keyedBy: CodingKeys.self)
      try fields.encode(kind, forKey: .kind)
    }
  }
}
