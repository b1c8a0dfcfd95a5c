import Formats
import Foundation
import Mixtures
import Search
import Storage
import Testing

/// `search-mixture` under bounds on losses.
final class GuardToolTests: SyntheticExperts {
  /// Runs the search with flags that are separated by spaces, and guards.
  private func search(_ flags: String, _ guards: String...) throws -> ToolRun {
    try ToolRun(
      "search-mixture",
      flags.split(separator: " ").map(String.init) + guards.flatMap { ["--guard", $0] },
      directory: folder)
  }

  private var fitted: String {
    "--regressor r.json --experts \(experts) --baselines base.jsonl --draws 200"
  }

  @Test func `a guard binds, has its price, and tells who breaks it`() throws {
    try prepare()
    #expect(try search("\(fitted) -q -o free.json").end == .exit(0))
    let free = try read(ProposalFile.self, "free.json")
    #expect(free.guards.isEmpty && free.candidates[0].brokenGuards == nil)
    let outcome = try search("\(fitted) -j 1 -o a.json", "Book <= natural + 0.01; avg-sp <= 9")
    #expect(outcome.end == .exit(0), "\(outcome.error)")
    #expect(
      outcome.error.contains("guard Book <= natural + 0.01:")
        && outcome.error.contains("it binds: 0.01 nats of room are worth -0.")
        && outcome.error.contains("is not proven"), "\(outcome.error)")
    let file = try read(ProposalFile.self, "a.json")
    let (book, idle) = (file.guards[0], file.guards[1])
    #expect(book.isBinding && abs(book.slack) <= 1e-6 && abs(book.left - book.right) <= 1e-6)
    #expect(!idle.isBinding && idle.price == nil && idle.right == 9)
    #expect(file.weights["Book"] > free.weights["Book"])
    // What more room brings is what the price foretells.
    #expect(
      try search("\(fitted) -q -o b.json", "Book <= natural + 0.011").end == .exit(0))
    let wider = try read(ProposalFile.self, "b.json")
    let gain = try #require(wider.candidates[0].objective) - (file.candidates[0].objective ?? 0)
    #expect(abs(gain - 0.1 * (book.price ?? 0)) < 0.02 * abs(gain), "\(gain) \(book.price ?? 0)")
    #expect(file.candidates[0].brokenGuards == [])
    #expect(file.candidates.last?.brokenGuards?.contains("Book <= natural + 0.01") == true)
    #expect(
      try search("\(fitted) -q -j 3 -o c.json", "Book <= natural + 0.01", "avg-sp <= 9").end
        == .exit(0))
    #expect(try readFile("\(folder)/a.json") == readFile("\(folder)/c.json"))
  }

  @Test func `with a confidence the error of the difference is taken off the room`() throws {
    try prepare()
    let flags = "\(fitted) --extrapolate -q"
    #expect(try search("\(flags) -o a.json", "Book <= natural + 0.2").end == .exit(0))
    #expect(
      try search("\(flags) --confidence 0.9 -o b.json", "Book <= natural + 0.2").end == .exit(0))
    let (plain, sure) = (
      try read(ProposalFile.self, "a.json").guards[0],
      try read(ProposalFile.self, "b.json").guards[0]
    )
    let margin = try #require(sure.margin)
    #expect(margin > 0 && sure.confidence == 0.9 && plain.margin == nil)
    #expect(sure.left + margin <= sure.right + 1e-6 && plain.right == sure.right)
  }

  @Test func `the experts alone prove the minimum under upper bounds, and not under lower ones`()
    throws
  {
    try prepare()
    let flags = "--experts \(experts) --baselines base.jsonl"
    #expect(try search("\(flags) -q -o free.json").end == .exit(0))
    let outcome = try search("\(flags) -o a.json", "Book <= natural")
    #expect(outcome.end == .exit(0), "\(outcome.error)")
    let (free, file) = (
      try read(ProposalFile.self, "free.json"), try read(ProposalFile.self, "a.json")
    )
    let certificate = try #require(file.certificate)
    #expect(certificate.gap <= 1e-6 && file.isProvenUnderGuards)
    #expect(certificate.objective > (free.certificate?.objective ?? .infinity))
    #expect(file.guards[0].isBinding && file.guards[0].price ?? 0 < 0 && file.guards[0].isConvex)
    #expect(!outcome.error.contains("is not proven"))
    let lower = try search("\(flags) -o b.json", "ArXiv >= natural - 0.1")
    #expect(lower.end == .exit(0) && lower.error.contains("is not proven"), "\(lower.error)")
    let local = try read(ProposalFile.self, "b.json")
    #expect(!local.isProvenUnderGuards && local.guards[0].slack >= -1e-6)
    let told = try search("\(fitted) --minimize mde -q -o d.json", "Book <= natural")
    #expect(told.end == .exit(0), "\(told.error)")
    #expect(try read(ProposalFile.self, "d.json").weights == file.weights)
  }

  @Test func `guards that cannot be kept exit 1 and are named`() throws {
    try prepare()
    let outcome = try search(
      "\(fitted) --extrapolate --maximum Book=0.3 -o p.json", "Book <= natural",
      "Github <= natural + 1")
    #expect(outcome.end == .exit(1))
    #expect(
      outcome.error.contains(
        "guards: no mixture was found that keeps Book at most 0.3 (asked), Book <= natural; "),
      "\(outcome.error)")
    #expect(outcome.error.split(separator: "\n").count == 1)
    #expect(!FileManager.default.fileExists(atPath: "\(folder)/p.json"))
  }

  @Test func `bad guards are one line and exit 64`() throws {
    try prepare()
    let alone = "--experts \(experts) --baselines base.jsonl -o p.json"
    let both = "\(fitted) -o p.json"
    for (flags, text, message) in [
      (both, "Wiki <= natural", "--guard 'Wiki <= natural': Wiki is no objective of these sets"),
      (both, "Book <= doremi", "doremi is no mixture of --baselines; known are natural; write"),
      (both, "Book <= natural+0.1", "natural+0.1 is no mixture"),
      (both, "Book natural", "a guard is NAME <= MIXTURE + NATS"),
      (both, "Book < natural", "< alone is no comparison; write <="),
      (both, "worst >= natural", "worst is the largest of several losses"),
      (alone + " --confidence 0.9", "Book <= natural", "guards on MDE losses have no error"),
      (both + " --minimize mde --confidence 0.9", "Book <= natural", "have no error"),
      (both + " --confidence 1", "Book <= natural", "must be at least 0.5 and below 1"),
      (both + " --confidence 0", "Book <= natural", "must be at least 0.5 and below 1"),
    ] {
      let outcome = try search(flags, text)
      #expect(outcome.end == .exit(64), "\(text): \(outcome.error)")
      #expect(outcome.error.contains(message), "\(text): \(outcome.error)")
      #expect(outcome.error.split(separator: "\n").count == 1, "\(outcome.error)")
    }
    let lonely = try search(both + " --confidence 0.9")
    #expect(lonely.end == .exit(64) && lonely.error.contains("--confidence belongs to --guard"))
  }

  @Test func `uniform, and natural from the tokens there are, need no baselines`() throws {
    try prepare()
    let flags = "--regressor r.json --experts \(experts) --draws 200 -q -o p.json"
    #expect(try search(flags, "avg-sp <= uniform").end == .exit(0))
    #expect(try search(flags, "avg-sp <= natural").end == .exit(64))
    let rows = domains.map { "\($0)\tset=\($0)\t1000\n" }.joined()
    try replaceFile("\(folder)/domains.tsv", bytes: Array(rows.utf8))
    let known = try search(
      "\(flags) --domains domains.tsv", "avg-sp <= natural", "avg-sp <= uniform")
    #expect(known.end == .exit(0), "\(known.error)")
    let guards = try read(ProposalFile.self, "p.json").guards
    #expect(guards.count == 2 && abs(guards[0].right - guards[1].right) < 1e-9)
  }
}
