package import Formats

/// A line of an audit, a `.jsonl` file of the format `mde.audit` that says what the families are
/// worth on one set of runs.
package enum AuditLine: Equatable, Sendable {
  package static let format = "mde.audit"
  package static let version = 4

  case header(Header)
  case family(ScoredFamily)
  case pair(PairedComparison)
  case learning(LearningPoint)
  case mde(MDEInformation)
  case scale(ScaleScores)
  case conclusion(AuditConclusion)

  package struct Header: Codable, Equatable, Sendable {
    package var provenance: Provenance
    package var objective: String
    package var runs: Int
    /// The number of different mixtures: less than `runs` where some are repeated.
    package var mixtures: Int
    /// The number of domains whose weights were fitted; nil in files of before it was written.
    package var domains: Int?
    package var protocolName: String
    package var noise: SeedNoise?
    package init(
      provenance: Provenance, objective: String, runs: Int, mixtures: Int, domains: Int,
      protocolName: String, noise: SeedNoise?
    ) {
      (self.provenance, self.objective, self.runs) = (provenance, objective, runs)
      self.domains = domains
      (self.mixtures, self.protocolName, self.noise) = (mixtures, protocolName, noise)
    }
  }
}
