package import Formats
package import Storage

/// How far low losses go with high scores of tasks, over several models: `.jsonl`, format `mde.correlations`.
///
/// The first line is the header, then one line for each loss and task.
package enum CorrelationFile {
  package static let format = "mde.correlations"
  package static let version = 1
  /// What stands for the mean over all tasks, in the place of a task's name.
  package static let mean = "mean"

  package struct Header: Codable, Equatable, Sendable {
    package var provenance: Provenance
    /// The models, by name.
    package var models: [String]

    package init(provenance: Provenance, models: [String]) {
      (self.provenance, self.models) = (provenance, models)
    }
  }

  package struct Row: Codable, Equatable, Sendable {
    /// An evaluation set, or an objective such as `avg-sp`.
    package var loss: String
    package var task: String
    package var models: Int
    /// Spearman's ρ of −loss and score; nil if one of the two is the same for all models.
    package var spearman: Double?
    /// In which ρ is in nine of ten samples of the models, drawn with replacement.
    package var interval: [Double]?

    package init(loss: String, task: String, models: Int, spearman: Double?, interval: [Double]?) {
      (self.loss, self.task, self.models) = (loss, task, models)
      (self.spearman, self.interval) = (spearman, interval)
    }
  }

  package static func read(_ path: String) throws(FileError) -> (header: Header, rows: [Row]) {
    let reader = try LineReader(path)
    guard let first = try reader.next() else {
      throw .content(path: reader.name, problem: "is empty; make it again")
    }
    let header = try decodeArtifact(
      Header.self, from: first.bytes, as: format, version: version, path: reader.name,
      place: "line 1")
    var rows: [Row] = []
    while let line = try reader.next() {
      rows.append(
        try JSON.decode(
          Row.self, from: line.bytes, path: reader.name, place: "line \(line.number)"))
    }
    return (header, rows)
  }
}
