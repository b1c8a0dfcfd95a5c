import Formats
import Foundation
import Mixtures
import Search
import Storage
import TestSupport
import Testing

/// Two hundred domains through the tools, with experts whose best mixture is known.
///
/// Each token is known to one expert alone: with c_j of T tokens, F = 0.1 − Σ c_j/T log λ_j, least
/// at λ_j = c_j/T.
struct ManyDomainTests {
  private let scratch: TemporaryFolder
  private let names = (0..<200).map { String(format: "domain-%03d", $0) }
  /// The counts c of two sets of as many tokens.
  private let counts = [0, 1].map { set in (0..<200).map { 5 + ($0 * (7 + 4 * set)) % 23 } }
  private let tokens: Int

  init() throws {
    scratch = try TemporaryFolder()
    tokens = counts.map { $0.reduce(0, +) }.max() ?? 0
    for (e, domain) in names.enumerated() {
      let folder = scratch.file("expert-\(domain)")
      try createFolder(folder)
      for set in 0..<2 {
        let header = LogProbHeader(
          provenance: Provenance(
            format: LogProbHeader.format, version: LogProbHeader.version, tool: .scoreLogprobs),
          tokenizer: "t",
          model: .init(id: "expert-\(domain)", sha256: domain, weights: [domain: 1]),
          evaluation: .init(set: names[set], split: "validation", sha256: "data-\(set)"))
        let file = try LogProbFileWriter("\(folder)/\(names[set]).lp.zst", header: header)
        let logProbs = padded(set).enumerated().flatMap { j, count in
          [Float](repeating: j == e ? -0.1 : -60, count: count)
        }
        try file.append(logProbs, bytes: 4 * tokens)
        try file.commit()
      }
    }
  }

  /// The counts of a set, with the last domain's making up for what misses of `tokens`.
  private func padded(_ set: Int) -> [Int] {
    var all = counts[set]
    all[199] += tokens - all.reduce(0, +)
    return all
  }

  /// The share of the tokens of both sets that an expert knows.
  private func share(_ j: Int) -> Double {
    Double(padded(0)[j] + padded(1)[j]) / Double(2 * tokens)
  }

  private func run(_ tool: String, _ flags: [String]) throws -> ToolRun {
    try ToolRun(
      tool, flags + ["--experts"] + names.map { "expert-\($0)" }, directory: scratch.path)
  }

  @Test(.timeLimit(.minutes(5)))
  func `the known optimum of two hundred domains is found, certified and told briefly`() throws {
    let found = try run("search-mixture", ["-o", "p.json", "--group", "domain-000+domain-001=0.3"])
    #expect(found.end == .exit(0), "\(found.error)")
    let proposal = try ProposalFile(reading: scratch.file("p.json"))
    #expect(proposal.certificate?.gap ?? 1 <= 1e-6)
    let two = share(0) + share(1)
    for (j, name) in names.enumerated() {
      let expected = share(j) * (j < 2 ? 0.3 / two : 0.7 / (1 - two))
      #expect(abs(proposal.weights[name] - expected) < 1e-4, "\(name)")
    }
    #expect(proposal.region.weights.count == 200 && proposal.constraints.count == 200)
    #expect(found.error.contains("180 more: "), "\(found.error)")
    #expect(found.error.split(separator: "\n").count < 60, "\(found.error)")
  }

  @Test func `features of two hundred domains are the formula's`() throws {
    let even = MixtureRecord(
      id: "even", mixture: try Mixture(names.map { _ in 1 / 200 }, of: NameIndex(names)))
    let one = MixtureRecord(
      id: "two",
      mixture: try Mixture(
        names.indices.map { $0 < 2 ? 0.5 : 0 }, of: NameIndex(names)))
    try replaceFile(scratch.file("m.jsonl"), bytes: even.line + [10] + one.line)
    let made = try run("mde-features", ["--mixtures", "m.jsonl", "-o", "f.jsonl.zst"])
    #expect(made.end == .exit(0), "\(made.error)")
    let table = try FeatureTable(reading: scratch.file("f.jsonl.zst"))
    #expect(table.header.domains == names && table.header.groups == nil)
    for set in 0..<2 {
      let loss = try #require(table.rows[0].features[names[set]]?.nats)
      #expect(abs(loss - (0.1 + log(200))) < 1e-5)
      let known = Double(padded(set)[0] + padded(set)[1]) / Double(tokens)
      let other = try #require(table.rows[1].features[names[set]]?.nats)
      #expect(abs(other - (known * (0.1 + log(2)) + (1 - known) * 60)) < 1e-4)
    }
  }
}
