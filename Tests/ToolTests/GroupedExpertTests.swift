import Formats
import Foundation
import Mixtures
import Regression
import Search
import Storage
import Testing

/// Domains that share an expert, from the table to the proposal.
final class GroupedExpertTests: SyntheticExperts {
  private let grouped = "4-logprobs/expert-small 4-logprobs/expert-Github"

  /// Writes the expert of ArXiv and Book, a quarter and three of the tokens, and the same expert as
  /// one of a merged domain.
  private func writeGroup() throws {
    for set in domains.indices {
      let logProbs = expertLogProbs(0, set: set)
      try write(
        "expert-small", weights: ["ArXiv": 0.25, "Book": 0.75], set: set, logProbs: logProbs)
      try write("expert-Both", weights: ["Both": 1], set: set, logProbs: logProbs)
    }
    let row = "\t-\t-\t-\tsmall\n"
    try replaceFile(
      "\(folder)/domains.tsv",
      bytes: Array("ArXiv\tx=a\t1e6\(row)Book\tx=b\t3e6\(row)Github\tx=g\t2e6\n".utf8))
    let base = MixtureRecord(
      id: "natural", mixture: try Mixture(["ArXiv": 0.2, "Book": 0.5, "Github": 0.3]))
    try replaceFile("\(folder)/base.jsonl", bytes: base.line)
    let made = try run("sample-mixtures", "--group-experts --domains domains.tsv -o groups.jsonl")
    #expect(made.end == .exit(0), "\(made.error)")
  }

  @Test func `a group with natural ratios is the merged domain`() throws {
    try writeGroup()
    let groups = try MixtureFile(reading: "\(folder)/groups.jsonl").records
    #expect(groups.map(\.id) == ["expert-small"])
    #expect(groups[0].mixture.byName == ["ArXiv": 0.25, "Book": 0.75])

    let sampled = try run(
      "sample-mixtures", "-q -n 6 --base base.jsonl --groups groups.jsonl -o observed.jsonl")
    #expect(sampled.end == .exit(0), "\(sampled.error)")
    let records = try MixtureFile(reading: "\(folder)/observed.jsonl").records
    let merged = try records.map { record in
      #expect(abs(3 * record.mixture["ArXiv"] - record.mixture["Book"]) < 1e-12)
      return MixtureRecord(
        id: record.id,
        mixture: try Mixture([
          "Both": record.mixture["ArXiv"] + record.mixture["Book"],
          "Github": record.mixture["Github"],
        ]))
    }
    try replaceFile("\(folder)/merged.jsonl", bytes: merged.flatMap { $0.line + [10] })
    for (mixtures, experts, file) in [
      ("observed", grouped, "f"),
      ("merged", "4-logprobs/expert-Both 4-logprobs/expert-Github", "g"),
    ] {
      let made = try run(
        "mde-features", "--mixtures \(mixtures).jsonl --experts \(experts) -o \(file).jsonl.zst")
      #expect(made.end == .exit(0), "\(made.error)")
    }
    let (f, g) = (
      try FeatureTable(reading: "\(folder)/f.jsonl.zst"),
      try FeatureTable(reading: "\(folder)/g.jsonl.zst")
    )
    for (own, other) in zip(f.rows, g.rows) {
      #expect(own.features.keys.sorted() == domains)
      for (set, loss) in own.features {
        #expect(abs(loss.nats - (other.features[set]?.nats ?? .nan)) < 1e-7)
      }
    }
    #expect(
      f.header.domains == domains && f.header.groups == ["small": ["ArXiv": 0.25, "Book": 0.75]])
    #expect(g.header.groups == nil)
  }

  @Test func `fits and searches are of groups, proposals of domains`() throws {
    try writeGroup()
    #expect(
      try run(
        "sample-mixtures", "-q -n 12 --base base.jsonl --groups groups.jsonl -o observed.jsonl"
      )
      .end == .exit(0))
    try writeRuns()
    let runs = (1...12).map { "4-logprobs/mixture-\(String(format: "%03d", $0))" }
      .joined(separator: " ")
    for (tool, flags) in [
      ("mde-features", "--mixtures observed.jsonl --experts \(grouped) -o f.jsonl.zst"),
      ("collect-runs", "\(runs) -o runs.jsonl"),
      ("fit-regressor", "--features f.jsonl.zst --runs runs.jsonl -o r.json"),
      ("search-mixture", "--experts \(grouped) --baselines base.jsonl -o e.json"),
      (
        "search-mixture",
        "--regressor r.json --experts \(grouped) --baselines base.jsonl "
          + "--draws 200 --maximum Book=0.3 -o p.json"
      ),
    ] {
      let outcome = try run(tool, flags)
      #expect(outcome.end == .exit(0), "\(tool): \(outcome.error)")
    }
    let fitted = try RegressorFile(reading: "\(folder)/r.json").value
    #expect(fitted.domains == ["Github", "small"] && fitted.groups.domains == domains)
    #expect(fitted.objective.weights.count == 3)  // avg-sp is of the domains
    for name in ["e", "p"] {
      let proposal = try ProposalFile(reading: "\(folder)/\(name).json")
      #expect(proposal.weights.domains == domains)
      #expect(abs(3 * proposal.weights["ArXiv"] - proposal.weights["Book"]) < 1e-9)
      // What is compared keeps its own ratios.
      let natural = proposal.candidates.first { $0.id == "natural" }
      #expect(natural?.weights.byName == ["ArXiv": 0.2, "Book": 0.5, "Github": 0.3])
      #expect(proposal.region.weights.count == 3)
    }
    let capped = try ProposalFile(reading: "\(folder)/p.json")
    #expect(capped.weights["Book"] <= 0.3 + 1e-6)
    #expect((capped.constraints["Book"]?.maximum ?? 1) <= 0.3 + 1e-9)
  }

  @Test func `what does not go together is told`() throws {
    try writeGroup()
    let outcomes = [
      (
        "mde-features", "--mixtures base.jsonl --experts \(grouped) 4-logprobs/expert-Book -o x.zst"
      ),
      (
        "search-mixture", "--experts \(grouped) --baselines base.jsonl --within-l1 natural=0.1 -o x"
      ),
      ("sample-mixtures", "--group-experts -o x.jsonl"),
      ("sample-mixtures", "--group-experts --domains plain.tsv -o x.jsonl"),
      ("sample-mixtures", "-n 2 --uniform --domains plain.tsv --groups groups.jsonl -o x.jsonl"),
    ]
    try replaceFile("\(folder)/plain.tsv", bytes: Array("ArXiv\tx=a\nGithub\tx=g\n".utf8))
    let expected: [(ToolRun.End, String)] = [
      (
        .exit(65), "its expert has Book, which that of 4-logprobs/expert-Book has; give one of them"
      ),
      (.exit(64), "natural has other ratios within a group of domains than the group's expert"),
      (.exit(64), "--group-experts needs --domains"),
      (.exit(64), "plain.tsv has no groups; name them in its 7th column"),
      (.exit(65), "groups.jsonl: expert-small: Book is none of the domains"),
    ]
    for ((tool, flags), (end, message)) in zip(outcomes, expected) {
      let outcome = try run(tool, flags)
      #expect(outcome.end == end && outcome.error.contains(message), "\(outcome.error)")
    }
  }
}
