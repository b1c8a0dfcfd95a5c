import Formats
import Foundation
import Mixtures
import Search
import Storage

extension RunFolder {
  /// Reads the proposals of a campaign, `7-proposal/after-NNN.json`, each made with NNN runs
  /// fitted.
  ///
  /// - Throws: `FileError` if one cannot be read, or is no proposal.
  static func rounds(_ path: String) throws(FileError) -> [(runs: Int, proposal: Proposal)] {
    var rounds: [(runs: Int, proposal: Proposal)] = []
    for file in try names(inFolder: "\(path)/7-proposal") {
      guard let match = file.firstMatch(of: /^after-([0-9]+)\.json$/), let runs = Int(match.1)
      else { continue }
      rounds.append((runs, try ProposalFile(reading: "\(path)/7-proposal/\(file)").value))
    }
    return rounds.sorted { $0.runs < $1.runs }
  }

  /// What a campaign knew after each batch; nil if there was none.
  var campaignTable: Table? {
    guard !rounds.isEmpty else { return nil }
    var table = Table(
      title: "The campaign, batch by batch",
      header: [
        "runs fitted", "predicted", "90 % from", "to", "expected regret", "next", "expected gain",
        "noise",
      ],
      note: """
        In \(proposal.objective.unit). Expected regret: of the mixture predicted best, over the \
        truly best one. Expected gain: what the next models are expected to lower the loss of the \
        answer by. Noise: what another seed moves a model's loss by, one standard deviation.
        """)
    for (runs, proposal) in rounds {
      let (best, next) = (proposal.candidates.first, proposal.cost.next)
      table.rows.append([
        "\(runs)", number(best?.objective), number(best?.interval?.first),
        number(best?.interval?.last), small(next.expectedRegret),
        next.stop.map { "stop: \($0)" } ?? "\(next.models) models", small(next.expectedGain),
        small(next.noise),
      ])
    }
    return table
  }

  private func small(_ value: Double?) -> String { value.map { fixed($0, 4) } ?? "–" }
}
