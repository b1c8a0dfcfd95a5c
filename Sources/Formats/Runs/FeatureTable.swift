package import Storage

/// The losses of mixtures of data experts: `.jsonl.zst`, format `mde.features`.
///
/// The first line is the header; then comes one line for each mixture and β.
package struct FeatureTable: Sendable {
  package static let format = "mde.features"
  package static let version = 1

  package struct Header: Codable, Equatable, Sendable {
    package var provenance: Provenance
    /// The domains, each with one expert, but for those in `groups`.
    package var domains: [String]
    /// The groups of domains that share an expert, with the ratios that it was trained at; nil
    /// without any.
    package var groups: [String: [String: Double]]?
    /// The data that the losses were measured on, by evaluation set.
    package var sets: [String: EvaluationData]
    /// The data that the choices were scored on, by end task; nil if none were scored.
    package var choices: [String: ChoiceData]?

    package init(
      provenance: Provenance, domains: [String], groups: [String: [String: Double]]? = nil,
      sets: [String: EvaluationData], choices: [String: ChoiceData]? = nil
    ) {
      (self.provenance, self.domains, self.groups) = (provenance, domains, groups)
      (self.sets, self.choices) = (sets, choices)
    }
  }

  /// The data that the answers of one end task were measured on.
  package struct ChoiceData: Codable, Equatable, Sendable {
    /// The SHA-256 of the token file.
    package var sha256: String
    package var questions: Int
    /// The number of choices of all questions together.
    package var choices: Int

    package init(sha256: String, questions: Int, choices: Int) {
      (self.sha256, self.questions, self.choices) = (sha256, questions, choices)
    }
  }

  /// The answers of a mixture of data experts to the questions of an end task, as means over these.
  ///
  /// Here s_c is the score of choice c, and r the right choice.
  package struct ChoiceScores: Codable, Equatable, Sendable {
    /// The share of the questions whose right choice has the highest score, the first of equals.
    package var accuracy: Double
    /// The mean of exp(s_r) / Σ_c exp(s_c).
    package var probability: Double
    /// The mean of s_r − max_c s_c over the wrong choices c.
    package var margin: Double
    /// The mean of −log(exp(s_r) / Σ_c exp(s_c)).
    package var nats: Double

    package init(accuracy: Double, probability: Double, margin: Double, nats: Double) {
      (self.accuracy, self.probability) = (accuracy, probability)
      (self.margin, self.nats) = (margin, nats)
    }
  }

  package struct Row: Codable, Equatable, Sendable {
    package var id: String
    package var weights: [String: Double]
    /// The β of β-MDE; 0 for the plain mixture of experts.
    package var beta: Double
    /// The losses by evaluation set.
    package var features: [String: MeasuredLoss]
    /// The answers by end task, then by the score of a choice: `sum`, `perToken`, `perByte`.
    package var choices: [String: [String: ChoiceScores]]?

    package init(
      id: String, weights: [String: Double], beta: Double, features: [String: MeasuredLoss],
      choices: [String: [String: ChoiceScores]]? = nil
    ) {
      (self.id, self.weights, self.beta) = (id, weights, beta)
      (self.features, self.choices) = (features, choices)
    }
  }

  package let path: String
  package let header: Header
  package let rows: [Row]

  /// Reads the table at `path`.
  ///
  /// - Throws: `FileError` if it cannot be read, is of another format, or has no line of features.
  package init(reading path: String) throws(FileError) {
    self.path = path
    (header, rows) = try readHeadedRows(
      path, header: Header.self, format: Self.format, version: Self.version
    ) { (row: Row, header) in
      if row.features.keys.sorted() != header.sets.keys.sorted() {
        return "its evaluation sets are not those of line 1"
      }
      return row.choices?.keys.sorted() == header.choices?.keys.sorted()
        ? nil : "its tasks are not those of line 1"
    }
    guard !rows.isEmpty else { throw .content(path: path, problem: "holds no features") }
  }
}
