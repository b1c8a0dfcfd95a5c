package import Formats
package import Storage

/// One line of an audit, `.jsonl`, format `mde.audit`: what the families are worth on one set of runs.
package enum AuditLine: Equatable, Sendable {
  package static let format = "mde.audit"
  package static let version = 2

  case header(Header)
  case family(FamilyLine)
  case pair(PairLine)
  case learning(LearningLine)
  case mde(MDELine)
  case conclusion(Conclusion)

  package struct Header: Codable, Equatable, Sendable {
    package var provenance: Provenance
    package var objective: String
    package var runs: Int
    /// Mixtures among them: less than the runs where some are repeated.
    package var mixtures: Int
    package var protocolName: String
    package var noise: SeedNoise?
    package init(
      provenance: Provenance, objective: String, runs: Int, mixtures: Int, protocolName: String,
      noise: SeedNoise?
    ) {
      (self.provenance, self.objective, self.runs) = (provenance, objective, runs)
      (self.mixtures, self.protocolName, self.noise) = (mixtures, protocolName, noise)
    }
  }

  /// A family's scores, out of fold and on the runs held out, if there were any.
  package struct FamilyLine: Codable, Equatable, Sendable {
    package var family: String
    package var inputs: [String]
    package var scores: FamilyScores
    package var test: TestScores?
    package init(family: String, inputs: [String], scores: FamilyScores, test: TestScores?) {
      (self.family, self.inputs, self.scores, self.test) = (family, inputs, scores, test)
    }
  }

  /// Scores of one fit on runs that it has not seen.
  package struct TestScores: Codable, Equatable, Sendable {
    /// Of the objective.
    package var meanSquaredError: Double
    package var spearman: Double?
    /// The share of runs within the family's 90 % interval; absent for rankings.
    package var coverage: Double?
    /// Over the evaluation sets.
    package var meanSetSquaredError: Double
    package var meanSetSpearman: Double?
    package var leastSetSpearman: Double?
    package init(
      meanSquaredError: Double, spearman: Double?, coverage: Double?, meanSetSquaredError: Double,
      meanSetSpearman: Double?, leastSetSpearman: Double?
    ) {
      (self.meanSquaredError, self.spearman) = (meanSquaredError, spearman)
      (self.coverage, self.meanSetSquaredError) = (coverage, meanSetSquaredError)
      (self.meanSetSpearman, self.leastSetSpearman) = (meanSetSpearman, leastSetSpearman)
    }
  }

  /// The same family without and with MDE features.
  package struct PairLine: Codable, Equatable, Sendable {
    package var without: String
    package var with: String
    /// Squared error without less squared error with, mean over the runs: above 0 where the features help.
    package var gain: Estimate
    /// Of the gain's sign, by flipping signs of whole groups at random; two-sided.
    package var pValue: Double
    /// ρ with less ρ without.
    package var spearmanGain: Estimate?
    package init(
      without: String, with: String, gain: Estimate, pValue: Double, spearmanGain: Estimate?
    ) {
      (self.without, self.with, self.gain) = (without, with, gain)
      (self.pValue, self.spearmanGain) = (pValue, spearmanGain)
    }
  }

  /// Mean scores of fits to random subsets of the runs, on the other runs or on those held out.
  package struct LearningLine: Codable, Equatable, Sendable {
    package var family: String
    package var runs: Int
    package var draws: Int
    package var testRuns: Int
    package var meanSquaredError: MeanEstimate
    package var spearman: MeanEstimate?
    package var meanSetSquaredError: MeanEstimate
    package var meanSetSpearman: MeanEstimate?
    /// The share of unseen runs within 90 % intervals that folds inside the fitted runs gave; absent for rankings, and
    /// where it was not measured.
    package var coverage: MeanEstimate?
    /// On runs that are held out: the same two means of the objective, with the 90 % intervals of resampled draws and
    /// resampled held-out runs.
    package var heldOutSquaredError: Estimate?
    package var heldOutSpearman: Estimate?
    package init(
      family: String, runs: Int, draws: Int, testRuns: Int, meanSquaredError: MeanEstimate,
      spearman: MeanEstimate?, meanSetSquaredError: MeanEstimate, meanSetSpearman: MeanEstimate?,
      coverage: MeanEstimate?, heldOutSquaredError: Estimate? = nil,
      heldOutSpearman: Estimate? = nil
    ) {
      (self.heldOutSquaredError, self.heldOutSpearman) = (heldOutSquaredError, heldOutSpearman)
      (self.family, self.runs, self.draws, self.testRuns) = (family, runs, draws, testRuns)
      (self.meanSquaredError, self.spearman) = (meanSquaredError, spearman)
      (self.meanSetSquaredError, self.meanSetSpearman) = (meanSetSquaredError, meanSetSpearman)
      self.coverage = coverage
    }
  }

  /// What the MDE features hold that the weights do not.
  package struct MDELine: Codable, Equatable, Sendable {
    package var features: Int
    /// exp of the entropy of the standardised features' principal variances.
    package var effectiveRank: Double
    /// By set: leave-one-out R² of the MDE loss predicted by ridge on weights and their logarithms.
    package var r2FromWeights: [String: Double]
    package init(features: Int, effectiveRank: Double, r2FromWeights: [String: Double]) {
      (self.features, self.effectiveRank) = (features, effectiveRank)
      self.r2FromWeights = r2FromWeights
    }
  }

  package struct Conclusion: Codable, Equatable, Sendable {
    package var recommended: String
    /// Families whose error cannot be told from the recommended one's: the 90 % interval of the difference
    /// holds 0.
    package var withinNoise: [String]
    package var sentences: [String]
    package init(recommended: String, withinNoise: [String], sentences: [String]) {
      (self.recommended, self.withinNoise) = (recommended, withinNoise)
      self.sentences = sentences
    }
  }

  /// As JSON, without the line break.
  package var bytes: [UInt8] {
    switch self {
    case .header(let line): JSON.encode(line)
    case .family(let line): JSON.encode(Tagged(kind: "family", line: line))
    case .pair(let line): JSON.encode(Tagged(kind: "pair", line: line))
    case .learning(let line): JSON.encode(Tagged(kind: "learning", line: line))
    case .mde(let line): JSON.encode(Tagged(kind: "mde", line: line))
    case .conclusion(let line): JSON.encode(Tagged(kind: "conclusion", line: line))
    }
  }

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
      case "family": lines.append(.family(try decode(FamilyLine.self)))
      case "pair": lines.append(.pair(try decode(PairLine.self)))
      case "learning": lines.append(.learning(try decode(LearningLine.self)))
      case "mde": lines.append(.mde(try decode(MDELine.self)))
      case "conclusion": lines.append(.conclusion(try decode(Conclusion.self)))
      case let kind:
        throw .content(path: reader.name, place: place, problem: "is of the unknown kind \(kind)")
      }
    }
    return lines
  }

  private struct Kind: Decodable { var kind: String }

  /// A line's own keys beside its `kind`.
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
