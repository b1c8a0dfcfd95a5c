import Formats
import Foundation
import Mixtures
import Regression
import Search
import Storage
import Testing

/// `search-mixture --compare` and `--what-if-output`.
final class WhatIfToolTests: SyntheticExperts {
  private var fitted: [String] {
    ["--regressor", "r.json", "--experts"] + experts.split(separator: " ").map(String.init)
      + ["--baselines", "base.jsonl", "-q"]
  }

  private func compare(_ flags: [String], _ mixtures: String...) throws -> ToolRun {
    try ToolRun("search-mixture", flags + ["--compare"] + mixtures, directory: folder)
  }

  private func propose(_ flags: String...) throws -> ProposalFile {
    let run = try ToolRun(
      "search-mixture", fitted + ["--draws", "200", "-o", "proposal.json"] + flags,
      directory: folder)
    #expect(run.end == .exit(0), "\(run.error)")
    return try read(ProposalFile.self, "proposal.json")
  }

  @Test func `a comparison says what a proposal says of the same mixtures`() throws {
    try prepare()
    let proposal = try propose()
    let run = try compare(fitted, "proposal.json", "natural", "uniform", "ArXiv=0.5,Github=0.2")
    #expect(run.end == .exit(0) && run.error.isEmpty, "\(run.error)")
    for candidate in proposal.candidates.prefix(2) {
      let (loss, ends) = (try #require(candidate.objective), try #require(candidate.interval))
      let said = String(format: "%.3f ± %.3f", loss, (ends[1] - ends[0]) / 2)
      #expect(run.output.contains(said), "\(said) in \(run.output)")
    }
    let natural = try #require(proposal.verdicts.first { $0.against == "natural" })
    #expect(run.output.contains(String(format: " ± %.3f", natural.radius)))
    #expect(run.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(run.output)")
    #expect(run.output.contains("50.0 %") && run.output.contains("20.0 %"))
    let again = try compare(
      fitted + ["-j", "3"], "proposal.json", "natural", "uniform", "ArXiv=0.5,Github=0.2")
    #expect(again.output == run.output)
  }

  @Test func `what breaks is said, with the amount`() throws {
    try prepare()
    let run = try compare(
      fitted + ["--maximum", "Book=0.3", "--guard", "Github <= natural - 0.5", "--extrapolate"],
      "natural", "Book=0.25", "Book=0.999")
    #expect(run.end == .exit(0), "\(run.error)")
    #expect(run.output.contains("Book 0.5000 is 0.2000 above the most asked for, 0.3000"))
    #expect(run.output.contains("    Github <= natural - 0.5, by 0.5000 nats"), "\(run.output)")
    #expect(run.output.contains("no run was observed with such weights of"))
    let within = try compare(fitted, "natural", "Book=0.999")
    #expect(within.output.contains("above the most of any run"), "\(within.output)")
  }

  @Test func `the experts alone tell an order and no error`() throws {
    try prepare()
    let alone = ["--experts"] + experts.split(separator: " ").map(String.init) + ["-q"]
    let run = try compare(alone, "uniform", "Book=0.5")
    #expect(run.end == .exit(0), "\(run.error)")
    #expect(run.output.contains("they tell an order") && !run.output.contains("±"))
    #expect(run.output.contains("keeps all"))
  }

  @Test func `bad mixtures are one line, with the nearest name and the right exit code`() throws {
    try prepare()
    try replaceFile(
      "\(folder)/two.jsonl",
      bytes: Array(
        "{\"id\":\"a\",\"weights\":{\"Book\":1}}\n{\"id\":\"b\",\"weights\":{\"Book\":1}}\n".utf8))
    try replaceFile(
      "\(folder)/wiki.json",
      bytes: Array(
        "{\"id\":\"a\",\"weights\":{\"Wiki\":1}}\n".utf8))
    try replaceFile(
      "\(folder)/half.json",
      bytes: Array(
        "{\"id\":\"a\",\"weights\":{\"Book\":0.5}}\n".utf8))
    for (mixtures, code, message) in [
      (["natural", "Arxiv=0.5"], 64, "Arxiv=0.5: Arxiv is no domain; did you mean ArXiv?"),
      (["natural", "Wiki=0.5"], 64, "Wiki is no domain; known are ArXiv, Book, Github"),
      (["naturl"], 64, "naturl is no file, no mixture of --baselines and no weights such as"),
      (["naturl"], 64, "did you mean natural?"),
      (["natural", "Book=0.7,ArXiv=0.6"], 64, "the weights sum to 1.3, which is more than 1"),
      (["natural", "Book=1.5"], 64, "Book=1.5: is not DOMAIN=WEIGHT,…"),
      (["natural", "Book=0.1,Book=0.2"], 64, "each domain once"),
      (["Book=0.5"], 64, "changes weights of the first mixture; name that one before it"),
      (["natural", "ArXiv=0.1,Book=0.2,Github=0.3"], 64, "the weights of all domains sum to 0.6"),
      (["two.jsonl"], 64, "two.jsonl: holds 2 mixtures; give it to --baselines"),
      (["wiki.json"], 65, "wiki.json: a: unknown domain Wiki; known are ArXiv, Book, Github"),
      (["half.json"], 65, "half.json: line 1: weights sum to 0.5"),
      (["no/such.json"], 66, "no/such.json: cannot open"),
    ] as [([String], Int32, String)] {
      let run = try ToolRun(
        "search-mixture", fitted + ["--compare"] + mixtures, directory: folder)
      #expect(run.end == .exit(code), "\(mixtures): \(run.error)")
      #expect(run.error.contains(message), "\(mixtures): \(run.error)")
      #expect(run.error.split(separator: "\n").count == 1 && run.output.isEmpty, "\(run.error)")
    }
    let both = try compare(fitted + ["--mixture-output", "m.json"], "natural")
    #expect(both.end == .exit(64), "\(both.error)")
    #expect(both.error.contains("--compare searches nothing, so --mixture-output does not go"))
  }

  @Test func `what is written for the page is near what the tool predicts`() throws {
    try prepare()
    let proposal = try propose("--what-if-output", "what-if.json", "--guard", "Book <= natural + 1")
    let file = try read(WhatIfFile.self, "what-if.json")
    #expect(file.provenance.flags == proposal.provenance.flags)
    #expect(file.provenance.inputs == proposal.provenance.inputs)
    #expect(file.mixtures.map(\.id) == proposal.candidates.map(\.id) && file.problem == nil)
    #expect(file.guards == ["Book <= natural + 1"] && file.errors.one < 0.02)
    // A weight that no profile has.
    let place = try #require(file.domains.firstIndex(of: "Github"))
    let profile = try #require(file.profiles.first { $0.domain == "Github" })
    let run = try compare(fitted, "proposal.json", "Github=0.437")
    let values = profile.read(0.437)
    for value in values {
      let near = [-0.002, -0.001, 0, 0.001, 0.002].map { String(format: "%.3f", value + $0) }
      #expect(near.contains { run.output.contains($0) }, "\(value) in \(run.output)")
    }
    let (proposed, own) = (file.mixtures[0].values[0], file.mixtures[0].weights[place])
    #expect(abs(profile.read(own)[0] - proposed) < 1e-4)
    // A hand that wrote a weight twice: between two equal ones nothing can be read.
    var spoiled = file
    spoiled.value.profiles[0].weights[1] = spoiled.value.profiles[0].weights[0]
    #expect(
      spoiled.problem
        == "\(file.profiles[0].domain): a weight of its profile is not above the one before")
    spoiled = file
    spoiled.value.pairs[0].levels[1][2] = spoiled.value.pairs[0].levels[1][1]
    #expect(spoiled.problem?.hasPrefix("a pair has not a number") == true)
    _ = try propose("--what-if-output", "again.json", "--guard", "Book <= natural + 1", "-j", "3")
    #expect(try readFile("\(folder)/what-if.json") == readFile("\(folder)/again.json"))
  }
}
