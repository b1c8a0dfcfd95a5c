package import Formats
package import Storage

/// The correlations of low losses with high scores of tasks: `.jsonl`, format `mde.correlations`.
///
/// They are over several models. After the header, the first line, comes one line for each loss and
/// task.
package enum CorrelationFile {
  package static let format = "mde.correlations"
  package static let version = 1
  /// The name that stands for the mean over all tasks in the place of a task's name.
  package static let mean = "mean"

  package struct Header: Codable, Equatable, Sendable {
    package var provenance: Provenance
    /// The names of the models.
    package var models: [String]

    package init(provenance: Provenance, models: [String]) {
      (self.provenance, self.models) = (provenance, models)
    }
  }

  /// The correlation of one loss with one task.
  package struct Row: Codable, Equatable, Sendable {
    /// The name of an evaluation set, or of an objective such as `avg-sp`.
    package var loss: String
    package var task: String
    /// The number of models.
    package var models: Int
    /// Spearman's ρ of −loss and score; nil if one of the two is the same for all models.
    package var spearman: Double?
    /// The interval in which ρ is for nine of ten samples of the models, drawn with replacement.
    package var interval: [Double]?

    package init(loss: String, task: String, models: Int, spearman: Double?, interval: [Double]?) {
      (self.loss, self.task, self.models) = (loss, task, models)
      (self.spearman, self.interval) = (spearman, interval)
    }
  }

  /// Reads the file at `path`.
  ///
  /// - Throws: `FileError` if it cannot be read, or is of another format.
  package static func read(_ path: String) throws(FileError) -> (header: Header, rows: [Row]) {
    try readHeadedRows(path, header: Header.self, format: format, version: version)
  }
}

/// Returns the correlations over the runs of the present table; none if there are none of these.
func currentCorrelations(_ path: String) throws(FileError) -> [CorrelationFile.Row] {
  let (found, runs) = ("\(path)/6-regressors/correlations.jsonl", "\(path)/5-runs/asked.jsonl")
  guard isFile(found), isFile(runs) else { return [] }
  let (header, rows) = try CorrelationFile.read(found)
  return header.provenance.inputs.contains(try InputDigest(file: runs)) ? rows : []
}
