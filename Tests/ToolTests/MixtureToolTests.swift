import Formats
import Foundation
import Mixtures
import Storage
import Search
import Testing

/// The real binaries from experts' log-probabilities to a proposal.
final class MixtureToolTests: SyntheticExperts {
  @Test func `from experts to a proposal, the same bytes at any number of threads`() throws {
    try prepare()
    let search = "--regressor r.json --experts \(experts) --baselines base.jsonl --draws 300"
    let found = try run("search-mixture", search + " -j 1 -o p.json")
    #expect(found.end == .exit(0) && found.output.isEmpty, "\(found.error)")
    #expect(try run("search-mixture", search + " -j 3 -o p3.json").end == .exit(0))
    #expect(try readFile("\(folder)/p.json") == readFile("\(folder)/p3.json"))
    #expect(
      try run(
        "mde-features", "--mixtures observed.jsonl --experts \(experts) -j 3 -o f3.jsonl.zst"
      ).end == .exit(0))
    #expect(try readFile("\(folder)/f.jsonl.zst") == readFile("\(folder)/f3.jsonl.zst"))

    let proposal = try ProposalFile(reading: "\(folder)/p.json")
    #expect(proposal.certificate?.gap ?? 1 <= 1e-6)
    #expect(proposal.candidates.map(\.id).prefix(2) == ["proposal", "natural"])
    let (best, natural) = (proposal.candidates[0], proposal.candidates[1])
    let predicted = try #require(best.objective)
    #expect(predicted <= natural.objective ?? -1 && best.isFeasible)
    #expect(predicted <= proposal.search.bestRandom ?? -1)
    #expect(MixtureRecordLine.reads("\(folder)/p.json"))

    let features = try FeatureTable(reading: "\(folder)/f.jsonl.zst")
    #expect(features.header.sets["Book"]?.tokens == lengths.reduce(0, +))
    #expect(features.rows.count == 12)
  }

  @Test func `flags that must change the result do`() throws {
    try prepare()
    let search = "--regressor r.json --experts \(experts) --draws 100"
    #expect(try run("search-mixture", search + " -o a.json").end == .exit(0))
    let free = try read(ProposalFile.self, "a.json")
    let heaviest = try #require(free.weights.byName.max { $0.value < $1.value })
    let cap = heaviest.value - 0.05
    #expect(
      try run("search-mixture", search + " --maximum \(heaviest.key)=\(cap) -o b.json").end
        == .exit(0))
    let capped = try read(ProposalFile.self, "b.json")
    #expect(abs(capped.weights[heaviest.key] - cap) < 1e-6)
    #expect(capped.constraints[heaviest.key]?.binding == "maximum")
    #expect(try run("search-mixture", search + " --family mde-affine -o c.json").end == .exit(0))
    #expect(try read(ProposalFile.self, "c.json").family == "mde-affine")
    #expect(try run("search-mixture", search + " --extrapolate -o d.json").end == .exit(0))
    #expect(try read(ProposalFile.self, "d.json").constraints["Book"]?.maximum == 1)

    #expect(
      try run(
        "mde-features", "--mixtures observed.jsonl --experts \(experts) --beta 0 0.5 -o g.zst"
      ).end == .exit(0))
    let rows = try FeatureTable(reading: "\(folder)/g.zst").rows
    #expect(rows.count == 24 && rows[0].beta == 0 && rows[1].beta == 0.5)
    #expect(rows[0].features["Book"] != rows[1].features["Book"])
    let other = try run("sample-mixtures", "-n 3 --base base.jsonl --seed 2")
    #expect(other.output.split(separator: "\n").count == 3)
    #expect(try run("sample-mixtures", "-n 3 --base base.jsonl --seed 1").output != other.output)
  }

  @Test func `next runs, a trade-off and blends come with the proposal`() throws {
    try prepare()
    let search = "--regressor r.json --experts \(experts) --draws 200 -o p.json"
    let outcome = try run(
      "search-mixture",
      search + " --next 3 --next-output n.jsonl --pareto avg-sp,Book --pareto-points 5"
        + " --export megatron=m.txt doremi=d.json --export-path /data/{domain}")
    #expect(outcome.end == .exit(0), "\(outcome.error)")
    let next = try MixtureFile(reading: "\(folder)/n.jsonl").records
    #expect(next.map(\.id) == ["next-001", "next-002", "next-003"])
    let file = try read(ProposalFile.self, "p.json")
    #expect((2...5).contains(file.pareto?.points.count ?? 0))
    let line = String(decoding: try readFile("\(folder)/m.txt"), as: UTF8.self)
    #expect(line.contains("\(file.weights["Book"]) /data/Book"))
    #expect(try readFile("\(folder)/d.json").count > 50)
    for flags in [
      "--next 3", "--next-output n.jsonl", "--export excel=x", "--pareto avg-sp", "--within -1",
      "--pareto avg-sp,worst", "--group ArXiv+Nope=0.1:0.2", "--freeze ArXiv:1", "--fix Nope=0.1",
      "--within-l1 nowhere=0.1", "--within-l1 a=0.1 --within-kl a=0.1", "--export-path x",
    ] {
      let refused = try run("search-mixture", search + " " + flags)
      #expect(refused.end == .exit(64), "\(flags): \(refused.error)")
    }
  }

  @Test func `a file of mixtures becomes files of one, and what did not change stays`() throws {
    let kept = #"{"id":"a","weights":{"ArXiv":0.5,"Book":0.5}}"# + "\n"
    try replaceFile(
      "\(folder)/k.jsonl", bytes: Array((kept + #"{"id":"b","weights":{"Nope":1}}"#).utf8))
    let split = "-n 0 --keep k.jsonl --split-into split -q -o all.jsonl"
    #expect(try run("sample-mixtures", split).end == .exit(0))
    #expect(try readFile("\(folder)/split/a.json") == Array(kept.utf8))
    #expect(try MixtureFile(reading: "\(folder)/all.jsonl").records.map(\.id) == ["a", "b"])
    func time(_ name: String) throws -> Date? {
      try FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")[.modificationDate]
        as? Date
    }
    let before = try time("split/a.json")
    try replaceFile(
      "\(folder)/k.jsonl", bytes: Array((kept + #"{"id":"b","weights":{"Book":1}}"#).utf8))
    #expect(try run("sample-mixtures", split).end == .exit(0))
    #expect(try time("split/a.json") == before)
    #expect(try MixtureFile(reading: "\(folder)/split/b.json").records[0].mixture["Book"] == 1)
    #expect(try run("sample-mixtures", "-n 0 --base base.jsonl").end == .exit(64))
    try replaceFile("\(folder)/k.jsonl", bytes: Array(#"{"id":"../a","weights":{"Book":1}}"#.utf8))
    let refused = try run("sample-mixtures", split)
    #expect(refused.end == .exit(64) && refused.error.contains("--split-into: ../a"))
  }

  @Test func `the proposal's mixture alone is kept as long as it is the same`() throws {
    try prepare()
    let search = "--regressor r.json --experts \(experts) --draws 100 -o p.json"
    func mixture() throws -> (record: MixtureRecord, time: Date?) {
      let path = "\(folder)/2/proposal-avg-et+sp.json"
      return (
        try MixtureFile(reading: path).records[0],
        try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
      )
    }
    let flag = " --mixture-output 2/proposal-avg-et+sp.json"
    try createFolder("\(folder)/2")
    #expect(try run("search-mixture", search + flag).end == .exit(0))
    let first = try mixture()
    #expect(first.record.id == "proposal-avg-et+sp")
    #expect(first.record.mixture == (try read(ProposalFile.self, "p.json").weights))
    #expect(try run("search-mixture", search + " --within 1" + flag).end == .exit(0))
    #expect(try mixture().time == first.time)
    #expect(try run("search-mixture", search + " --fix Book=0.5" + flag).end == .exit(0))
    #expect(try mixture().record.mixture["Book"] == 0.5)
  }

  @Test func `a virtual expert is its parts`() throws {
    try replaceFile(
      "\(folder)/v.jsonl",
      bytes: Array(
        (#"{"id":"v","weights":{"web":0.5,"Github":0.5}}"# + "\n"
          + #"{"id":"e","weights":{"ArXiv":0.35,"Book":0.15,"Github":0.5}}"# + "\n").utf8))
    let flags = "--mixtures v.jsonl --experts \(experts) --absent zero --beta 0 0.5 -o v.zst"
    let outcome = try run("mde-features", flags + " --virtual web=ArXiv:0.7+Book:0.3")
    #expect(outcome.end == .exit(0), "\(outcome.error)")
    let table = try FeatureTable(reading: "\(folder)/v.zst")
    #expect(table.header.domains == ["ArXiv", "Book", "Github", "web"])
    for set in domains {
      let losses = table.rows.map { $0.features[set]?.nats ?? 0 }
      #expect(abs(losses[0] - losses[2]) < 1e-6)
      // With β, the parts inside a virtual expert keep their proportions.
      #expect(abs(losses[1] - losses[3]) > 1e-4)
    }
    try replaceFile(
      "\(folder)/web.jsonl",
      bytes: Array(#"{"id":"web","weights":{"ArXiv":0.7,"Book":0.3}}"#.utf8))
    #expect(
      try run("mde-features", flags.replacing("v.zst", with: "w.zst") + " --virtual web.jsonl").end
        == .exit(0))
    #expect(try FeatureTable(reading: "\(folder)/w.zst").rows == table.rows)
    for (virtual, problem) in [
      ("web=ArXiv:0.7+Nope:0.3", "has a part Nope"), ("Book=ArXiv:1", "an expert Book already"),
    ] {
      let refused = try run("mde-features", flags + " --virtual \(virtual)")
      #expect(refused.end == .exit(65) && refused.error.contains(problem), "\(refused.error)")
    }
  }

  @Test func `several files of mixtures, and a pipe`() throws {
    try prepare()
    let sampled = try run("sample-mixtures", "-q -n 40 --base base.jsonl --seed 3")
    let piped = try ToolRun(
      "mde-features",
      ["--mixtures", "base.jsonl", "-", "-o", "s.zst", "--experts"]
        + experts.split(separator: " ").map(String.init),
      directory: folder, input: Array(sampled.output.utf8))
    #expect(piped.end == .exit(0) && piped.error.contains("41 mixtures"), "\(piped.error)")
    let rows = try FeatureTable(reading: "\(folder)/s.zst").rows
    #expect(rows.count == 41 && rows[0].id == "natural" && rows[1].id == "mixture-001")
    let twice = try run(
      "mde-features", "--mixtures base.jsonl base.jsonl --experts \(experts) -o s.zst")
    #expect(twice.end == .exit(65) && twice.error.contains("natural is in base.jsonl too"))
  }

  @Test func `experts scored on other data are refused, naming both files`() throws {
    try prepare()
    try write(
      "expert-Book", weights: ["Book": 1], set: 1, logProbs: expertLogProbs(1, set: 1),
      data: "other")
    let outcome = try run(
      "mde-features", "--mixtures observed.jsonl --experts \(experts) -o g.jsonl.zst")
    #expect(outcome.end == .exit(65))
    #expect(outcome.error.contains("4-logprobs/expert-Book/Book.lp.zst"))
    #expect(outcome.error.contains("4-logprobs/expert-ArXiv/Book.lp.zst"))
    #expect(!FileManager.default.fileExists(atPath: "\(folder)/g.jsonl.zst"))
  }

  @Test func `bad weights and usage have their exit codes`() throws {
    try replaceFile(
      "\(folder)/bad.jsonl", bytes: Array(#"{"id":"x","weights":{"ArXiv":0.5,"Book":0.3}}"#.utf8))
    let bad = try run("mde-features", "--mixtures bad.jsonl --experts \(experts)")
    #expect(bad.end == .exit(65) && bad.error.contains("bad.jsonl: line 1"), "\(bad.error)")
    try replaceFile(
      "\(folder)/two.jsonl", bytes: Array(#"{"id":"x","weights":{"ArXiv":0.5,"Book":0.5}}"#.utf8))
    let two = try run("mde-features", "--mixtures two.jsonl --experts \(experts)")
    #expect(two.end == .exit(65) && two.error.contains("Github"), "\(two.error)")
    let zero = try run("mde-features", "--mixtures two.jsonl --experts \(experts) --absent zero")
    #expect(zero.end == .exit(0) && zero.output.split(separator: "\n").count == 2)
    #expect(try run("mde-features", "--mixtures two.jsonl --experts nowhere").end == .exit(66))
    #expect(try run("sample-mixtures", "-n 0 --base two.jsonl").end == .exit(64))
    #expect(try run("fit-regressor", "--features two.jsonl --runs two.jsonl").end == .exit(65))
  }
}

/// A proposal is a mixture file too.
private enum MixtureRecordLine {
  static func reads(_ path: String) -> Bool {
    (try? MixtureFile(reading: path))?.records.first?.id == "proposal"
  }
}
