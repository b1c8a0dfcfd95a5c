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
