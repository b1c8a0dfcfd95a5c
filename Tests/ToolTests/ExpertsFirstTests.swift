import Formats
import Foundation
import Mixtures
import Regression
import Search
import Storage
import Testing

/// `search-mixture` with experts alone, and with a regressor that tells the level of their answer.
final class ExpertsFirstTests: SyntheticExperts {
  @Test func `the experts alone give an order and a certificate, no level`() throws {
    try prepare()
    let search = "--experts \(experts) --baselines base.jsonl"
    let found = try run("search-mixture", search + " -j 1 -o a.json --mixture-output best.json")
    #expect(found.end == .exit(0), "\(found.error)")
    #expect(found.error.contains("the loss that a trained model reaches is not known"))
    #expect(try run("search-mixture", search + " -j 3 -q -o b.json").end == .exit(0))
    #expect(try readFile("\(folder)/a.json") == readFile("\(folder)/b.json"))

    let file = try read(ProposalFile.self, "a.json")
    #expect(file.id == "mde-optimum" && file.minimized == .mde && file.family == nil)
    #expect(file.verdicts.isEmpty && file.winnersCurse == nil)
    #expect(file.candidates.allSatisfy { $0.objective == nil && $0.losses == nil })
    let best = try #require(file.candidates[0].mde)
    #expect(file.candidates.dropFirst().allSatisfy { best <= $0.mde ?? -1 })
    #expect(file.certificate?.gap ?? 1 <= 1e-6 && file.certificate?.weights == file.weights)
    #expect(file.cost.experts?.models == 3 && file.cost.observed == nil)
    #expect(try MixtureFile(reading: "\(folder)/best.json").records[0].mixture == file.weights)
    for (domain, range) in file.region.weights {
      #expect(range[0] <= file.weights[domain] && file.weights[domain] <= range[1])
    }
  }

  @Test func `the bounds of observed runs do not bind the experts, those asked for do`() throws {
    try prepare()
    let search = "--experts \(experts) --baselines base.jsonl -q"
    #expect(try run("search-mixture", search + " --maximum Book=0.1 -o a.json").end == .exit(0))
    let capped = try read(ProposalFile.self, "a.json")
    #expect(abs(capped.weights["Book"] - 0.1) < 1e-6)
    #expect(capped.constraints["Book"]?.binding == "maximum")

    #expect(try run("search-mixture", search + " -o free.json").end == .exit(0))
    let told = try run(
      "search-mixture",
      "--regressor r.json --experts \(experts) --baselines base.jsonl --minimize mde -o told.json")
    #expect(told.end == .exit(0), "\(told.error)")
    let (free, level) = (
      try read(ProposalFile.self, "free.json"), try read(ProposalFile.self, "told.json")
    )
    #expect(free.weights == level.weights && level.id == "mde-optimum")
    #expect(level.family != nil && level.candidates[0].interval?.count == 2)
    #expect(level.winnersCurse == nil && level.verdicts.contains { $0.against == "natural" })
  }

  @Test func `flags that need a regressor are refused or said to be of no use`() throws {
    try prepare()
    for (flags, problem) in [
      ("", "give --regressor, --experts or both"),
      ("--experts \(experts) --next 2 --next-output n.jsonl", "--next needs --regressor"),
      ("--regressor r.json --minimize mde", "--minimize mde needs --experts"),
      (
        "--regressor r.json --experts \(experts) --minimize mde --next 2 --next-output n.jsonl",
        "--next does not go with --minimize mde"
      ),
      ("--regressor r.json --budget 3", "--budget belongs to --next"),
    ] {
      let outcome = try run("search-mixture", flags + " -o p.json")
      #expect(outcome.end == .exit(64) && outcome.error.contains(problem), "\(outcome.error)")
    }
    let unused = try run(
      "search-mixture", "--experts \(experts) --family gp --extrapolate -o p.json")
    #expect(unused.end == .exit(0))
    #expect(unused.error.contains("--family, --extrapolate: not used without --regressor"))
    let unknown = try run("search-mixture", "--experts \(experts) --objective nonsense -o p.json")
    #expect(unknown.end == .exit(64) && unknown.error.contains("nonsense is no objective"))
  }

  @Test func `a budget that is spent proposes nothing and says so`() throws {
    try prepare()
    let search =
      "--regressor r.json --experts \(experts) --draws 100 --next 4 --next-output n.jsonl -o p.json"
    #expect(try run("search-mixture", search + " --budget 3").end == .exit(0))
    #expect(try readFile("\(folder)/n.jsonl").isEmpty)
    #expect(try read(ProposalFile.self, "p.json").cost.next.stop == "budget")
    #expect(try run("search-mixture", search + " --budget 5 --next-by variance").end == .exit(0))
    #expect(try MixtureFile(reading: "\(folder)/n.jsonl").records.count == 2)
    #expect(try read(ProposalFile.self, "p.json").cost.next.models == 2)
  }
}
