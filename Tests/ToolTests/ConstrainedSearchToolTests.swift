import Formats
import Foundation
import Mixtures
import Search
import Storage
import Testing

/// `search-mixture` with constraints and objectives.
final class ConstrainedSearchToolTests: SyntheticExperts {
  @Test func `constraints that contradict each other exit 1 and are named`() throws {
    try prepare()
    let outcome = try run(
      "search-mixture",
      "--regressor r.json --experts \(experts) --maximum ArXiv=0.2 Book=0.3 Github=0.1 -o p.json")
    #expect(outcome.end == .exit(1))
    #expect(
      outcome.error.contains(
        "ArXiv at most 0.2 (asked), Book at most 0.3 (asked), Github at most 0.1 (asked); relax"),
      "\(outcome.error)")
    #expect(!FileManager.default.fileExists(atPath: "\(folder)/p.json"))
  }

  @Test func `a bound of a domain that there is not is refused, another row is told`() throws {
    try prepare()
    func search(_ row: String) throws -> (end: ToolRun.End, error: String) {
      try Data("ArXiv\tpath=*\n\(row)\n".utf8).write(to: URL(filePath: "\(folder)/d.tsv"))
      let outcome = try run(
        "search-mixture",
        "--regressor r.json --experts \(experts) --domains d.tsv --draws 50 --starts 1 -o p.json")
      return (outcome.end, outcome.error)
    }
    let bounded = try search("Arxiv\tpath=a\t-\t-\t0.4")
    #expect(bounded.end == .exit(64))
    #expect(bounded.error.contains("d.tsv: Arxiv has a bound and is no domain"))
    let told = try search("Arxiv\tpath=a")
    #expect(told.end == .exit(0), "\(told.error)")
    #expect(told.error.contains("d.tsv: not used, as there is no expert or run of them: Arxiv"))
  }

  @Test func `groups, ratios, fixed weights and distances are kept and reported`() throws {
    try prepare()
    let search = "--regressor r.json --experts \(experts) --baselines base.jsonl --draws 200"
    let outcome = try run(
      "search-mixture",
      search + " --group ArXiv+Book=0.5:0.55 --freeze ArXiv:0.4+Book:0.6 --within-l1 natural=0.5"
        + " -j 1 -o a.json")
    #expect(outcome.end == .exit(0), "\(outcome.error)")
    let file = try read(ProposalFile.self, "a.json")
    let (a, b) = (file.weights["ArXiv"], file.weights["Book"])
    #expect((0.5 - 1e-6...0.55 + 1e-6).contains(a + b) && abs(a / 0.4 - b / 0.6) < 1e-6)
    #expect(
      file.limits.map(\.name) == ["ArXiv+Book", "ArXiv:Book as 0.4:0.6", "L1 distance to natural"])
    #expect(file.limits[1].binding == "both" && file.limits[2].value <= 0.5 + 1e-6)
    #expect(file.certificate?.gap ?? 1 <= 1e-6)
    for (domain, range) in file.region.weights {
      let weight = file.weights[domain]
      #expect(range[0] <= weight && weight <= range[1], "\(domain)")
    }
    #expect(
      try run(
        "search-mixture",
        search + " --group ArXiv+Book=0.5:0.55 --freeze ArXiv:0.4+Book:0.6 --within-l1 natural=0.5"
          + " -j 3 -o b.json"
      ).end == .exit(0))
    #expect(try readFile("\(folder)/a.json") == readFile("\(folder)/b.json"))

    let near = try run(
      "search-mixture", search + " --fix Github=0.3 --within-kl natural=0.01 -q -o c.json")
    #expect(near.end == .exit(0) && near.error.isEmpty, "\(near.error)")
    let fixed = try read(ProposalFile.self, "c.json")
    #expect(abs(fixed.weights["Github"] - 0.3) < 1e-9)
    #expect(fixed.limits[0].value <= 0.01 + 1e-7)
    let far = try run(
      "search-mixture", search + " --fix Github=0.5 --within-kl natural=0.01 -o d.json")
    #expect(far.end == .exit(1))
    #expect(
      far.error.contains("Github at least 0.5 (fixed), KL distance to natural at most 0.01; relax"),
      "\(far.error)")
  }

  @Test func `objectives by name, by file and in the worst case`() throws {
    try prepare()
    let search = "--regressor r.json --experts \(experts) --draws 200 --extrapolate"
    try replaceFile(
      "\(folder)/sets.jsonl",
      bytes: Array(
        (#"{"id":"x","weights":{"Book":1}}"# + "\n"
          + #"{"id":"y","weights":{"ArXiv":0.5,"Github":0.5}}"# + "\n").utf8))
    func proposal(_ objective: String) throws -> ProposalFile {
      let outcome = try run("search-mixture", search + " --objective \(objective) -o p.json")
      #expect(outcome.end == .exit(0), "\(outcome.error)")
      return try read(ProposalFile.self, "p.json")
    }
    let worst = try proposal("worst")
    #expect(worst.objective.criteria.count == 3)
    let losses = try #require(worst.candidates[0].losses)
    let largest = try #require(worst.candidates[0].objective)
    #expect(abs(largest - (losses.values.max() ?? 0)) < 1e-9)
    let shares = try #require(worst.certificate?.criterionWeights)
    #expect(abs(shares.reduce(0, +) - 1) < 1e-9)
    let book = try proposal("Book")
    #expect(book.objective.criteria == [["Book": 1]])
    #expect(try #require(book.candidates[0].objective) <= losses["Book"] ?? 0)
    #expect(try proposal("sets.jsonl").objective.name == "sets.jsonl")
    let unknown = try run("search-mixture", search + " --objective avg-et -o p.json")
    #expect(unknown.end == .exit(64) && unknown.error.contains("avg-et is no objective of these"))
  }
}
