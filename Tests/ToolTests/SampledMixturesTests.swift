import Mixtures
import Storage
import TestSupport
import Testing

/// The base of `sample-mixtures`, and the constraints that it shares with `search-mixture`.
struct SampledMixturesTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let natural = #"{"id":"natural","weights":{"a":0.2,"b":0.5,"c":0.3}}"# + "\n"
  /// A mixture of other domains, as a file of published ones may hold.
  private static let foreign = #"{"id":"foreign","weights":{"x":0.4,"y":0.6}}"# + "\n"

  private func sampled(_ base: String, _ flags: String...) throws -> ToolRun {
    try ToolRun(
      "sample-mixtures", ["-q", "-n", "12", "--base", "-"] + flags, directory: folder.path,
      input: Array(base.utf8))
  }

  private func weights(_ run: ToolRun) throws -> [Mixture] {
    try run.output.split(separator: "\n").map { line in
      try JSON.decode(Line.self, from: Array(line.utf8), path: "output").weights
    }
  }

  private struct Line: Decodable { let weights: Mixture }

  @Test func `the base is read once, and only its own mixture has to fit the domains`() throws {
    let run = try sampled(Self.natural)
    #expect(run.end == .exit(0), "\(run.error)")
    #expect(try weights(run).count == 12)
    let beside = try sampled(Self.natural + Self.foreign)
    #expect(beside.end == .exit(0) && beside.output == run.output, "\(beside.error)")
  }

  private func ruled(_ flags: [String]) throws -> ToolRun {
    _ = try folder.write("d.tsv", Array("a\tpath=a\t50\nb\tpath=b\t200\nc\tpath=c\t2000\n".utf8))
    return try ToolRun(
      "sample-mixtures", ["-q", "--domains", "d.tsv"] + flags, directory: folder.path)
  }

  @Test func `rules make baselines of the tokens there are`() throws {
    let run = try ruled(["--rules", "unimax=2", "uniform", "--train-tokens", "1000"])
    #expect(run.end == .exit(0), "\(run.error)")
    #expect(run.output.hasPrefix(#"{"id":"unimax-2","source":"by rule, of training tokens"#))
    let mixtures = try weights(run)
    #expect(mixtures[0].weights == [0.1, 0.4, 0.5] && mixtures[1]["a"] == 1 / 3.0)
  }

  @Test(arguments: [
    (["--rules", "temperature=0"], "temperature=0"),
    (["--rules", "temperature=-2"], "temperature=-2"),
    (["--rules", "unimax=2"], "unimax-2: needs --train-tokens"),
    (
      ["--rules", "unimax=2", "--train-tokens", "9000"],
      "unimax-2: so many epochs of all domains are 4500 tokens, fewer than the 9000 of "
        + "--train-tokens; allow more epochs, or train on fewer tokens"
    ),
    (["--rules", "natural", "temperature=1"], "--rules: natural is there twice"),
    (["--rules", "natural", "-n", "3"], "--rules samples nothing: leave away -n"),
    (["--rules", "natural", "--maximum", "a=0.2"], "--rules keeps no constraints"),
  ])
  func `a rule that makes no mixture is refused`(flags: [String], problem: String) throws {
    let run = try ruled(flags)
    #expect(run.end == .exit(64))
    #expect(run.error.split(separator: "\n").count <= 2 && run.error.contains(problem))
    #expect(run.output.isEmpty)
  }

  @Test func `constraints are kept, and change what is sampled`() throws {
    let free = try weights(try sampled(Self.natural))
    #expect(free.contains { $0["a"] > 0.3 } && free.contains { $0["a"] + $0["b"] > 0.7 })
    let bounded = try sampled(Self.natural, "--maximum", "a=0.3", "--group", "a+b=:0.7")
    #expect(bounded.end == .exit(0), "\(bounded.error)")
    for mixture in try weights(bounded) {
      #expect(mixture["a"] <= 0.3 + 1e-9 && mixture["a"] + mixture["b"] <= 0.7 + 1e-9)
    }
    let near = try sampled(Self.natural, "--within-l1", "natural=0.2")
    #expect(near.end == .exit(0), "\(near.error)")
    let natural = [0.2, 0.5, 0.3]
    for mixture in try weights(near) {
      #expect(zip(mixture.weights, natural).reduce(0) { $0 + abs($1.0 - $1.1) } <= 0.2 + 1e-9)
    }
    // A distance can be from any mixture of the file, so all of them have to be of the domains.
    let foreign = try sampled(Self.natural + Self.foreign, "--within-l1", "natural=0.2")
    #expect(foreign.end == .exit(65) && foreign.error.contains("unknown domain x"))
  }
}
