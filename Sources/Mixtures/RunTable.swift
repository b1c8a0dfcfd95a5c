package import Formats
package import Storage

/// Observed runs, all measured on the same data: `.jsonl`, format `mde.runs`.
///
/// The first line says what the losses were measured on; then there is one line for each run.
/// Tables of other people's runs may do without the first line.
package struct RunTable: Equatable, Sendable {
  package static let format = "mde.runs"
  package static let version = 1

  package struct Header: Codable, Equatable, Sendable {
    package var provenance: Provenance
    /// The data that the losses were measured on, by evaluation set.
    package var sets: [String: EvaluationData]

    package init(provenance: Provenance, sets: [String: EvaluationData]) {
      (self.provenance, self.sets) = (provenance, sets)
    }
  }

  package let path: String
  /// The header; nil if the table does not say what the losses were measured on.
  package let header: Header?
  package let runs: [ObservedRun]

  /// Reads a table of any compression, or standard input for `-`.
  ///
  /// - Parameter tolerance: the most by which a sum of weights may differ from 1.
  /// - Throws: `FileError` if it cannot be read, has no run, or has a line that is no run.
  package init(
    reading path: String, tolerance: Double = Mixture.tolerance
  ) throws(FileError) {
    guard case .lines(let table) = try RunsFile(reading: path, tolerance: tolerance) else {
      throw .content(
        path: path == "-" ? "standard input" : path,
        problem: "is a table of columns; JSON lines are wanted here, as collect-runs writes them")
    }
    self = table
  }

  /// Reads the table whose lines are those of `reader`.
  ///
  /// - Throws: `FileError` if they cannot be read, or one is no run.
  init(_ reader: LineReader, tolerance: Double) throws(FileError) {
    var (header, runs): (Header?, [ObservedRun]) = (nil, [])
    while let line = try reader.next() {
      if line.bytes.allSatisfy(JSON.isSpace) { continue }
      if header == nil, runs.isEmpty, JSON.keys(of: line.bytes)?.contains("provenance") == true {
        header = try decodeArtifact(
          Header.self, from: line.bytes, as: Self.format, version: Self.version,
          path: reader.name, place: "line 1")
      } else {
        runs.append(try ObservedRun(line: line, path: reader.name, tolerance: tolerance))
      }
    }
    guard !runs.isEmpty else { throw .content(path: reader.name, problem: "holds no runs") }
    (self.path, self.header, self.runs) = (reader.name, header, runs)
  }

  /// Requires that no set was measured on other data than `expected`, which `other` says.
  ///
  /// - Throws: `FileError.content`, which names the first such set.
  package func requireSameData(
    as expected: [String: EvaluationData], of other: String
  ) throws(FileError) {
    for (set, found) in (header?.sets ?? [:]).sorted(by: { $0.key < $1.key }) {
      guard let expected = expected[set] else { continue }
      guard found.isSame(as: expected) else {
        throw .content(
          path: path,
          problem: "was measured on other data of \(set) than \(other); score both the same way")
      }
    }
  }
}
