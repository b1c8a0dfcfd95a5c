import Formats
import Foundation
import Regression
import Storage
import Testing

struct TrainExpertTests {
  private let workspace: Workspace
  private let stage = Stage.trainExpert("Code")

  init() throws { workspace = try Workspace(on: Pipeline.shared.get()) }

  private func contents(_ stage: Invocation) throws -> [String: [UInt8]] {
    try workspace.clearOutput()
    return try workspace.complete(stage)
  }

  @Test func `recomputation changes no byte`() throws {
    #expect(try contents(stage.adding("--recompute")) == contents(stage))
  }

  @Test func `a model that memory has no room for is refused before it is made`() throws {
    let run = try ToolRun(
      "train-expert",
      stage.adding("--layers", "80").adding("--hidden-size", "65536").arguments(under: "out"),
      directory: workspace.path)
    #expect(run.end == .exit(1))
    #expect(run.error.hasPrefix("train-expert: needs ") && run.error.contains("GB are there"))
  }

  private struct Estimate: Decodable {
    let parameters: Int
    let steps: Int
    let tokens: Int
    let flop: Double
    let parameterGiB: Double
    let activationGiB: Double
    let hours: Double
  }

  private func estimate(_ arguments: [String]) throws -> Estimate {
    let run = try ToolRun(
      "train-expert", arguments + ["--estimate"], directory: workspace.path)
    #expect(run.end == .exit(0), "\(run.error)")
    return try JSONDecoder().decode(Estimate.self, from: Data(run.output.utf8))
  }

  @Test func `an estimate counts parameters, tokens and operations`() throws {
    // 10 · 16 of the embedding; a layer has 4 · 16² of attention, 3 · 16 · 24 and two gains.
    let shape = [
      "--hidden-size", "16", "--layers", "3", "--heads", "2", "--intermediate-size", "24",
      "--context", "32",
    ]
    let found = try estimate(
      shape + ["--vocab-size", "10", "--batch-size", "2", "--steps", "5"])
    let matrices = 3 * (4 * 256 + 3 * 16 * 24)
    #expect(found.parameters == 160 + matrices + 3 * 32 + 16)
    #expect(found.steps == 5 && found.tokens == 5 * 64)
    #expect(found.flop == Double(3 * 320 * (2 * (matrices + 160) + 2 * 3 * 16 * 33)))
    #expect(found.hours > 0)
  }

  @Test func `older spellings of flags mean the same`() throws {
    let spellings = [
      ("hidden-size", "width", "16"), ("intermediate-size", "ffn", "24"),
      ("rope-theta", "rope-base", "500"), ("init-std", "initial-spread", "0.1"),
      ("batch-size", "batch", "4"), ("micro-batch-size", "micro-batch", "2"),
      ("min-lr-ratio", "final-rate", "0.2"), ("grad-clip", "clip", "2"),
      ("vocab-size", "vocabulary", "10"),
    ]
    let others = ["--layers", "2", "--heads", "2", "--steps", "5"]
    let found = try estimate(others + spellings.flatMap { ["--\($0.0)", $0.2] })
    let older = try estimate(others + spellings.flatMap { ["--\($0.1)", $0.2] })
    #expect((found.parameters, found.tokens) == (older.parameters, older.tokens))
    #expect((found.flop, found.activationGiB) == (older.flop, older.activationGiB))
  }

  /// The memory taken is that of the parameters and of one micro-batch, within a third.
  @Test(arguments: [[], ["--recompute"], ["--micro-batch-size", "4"]])
  func `memory stays within what is stated`(flags: [String]) throws {
    let shape = [
      "--hidden-size", "256", "--layers", "8", "--heads", "8", "--context", "128", "--batch-size",
      "16",
      "--steps", "1", "--eval-tokens", "64", "-j", "1",
    ]
    let run = try ToolRun(
      "train-expert",
      ["1-tokens/Code", "--expert", "Code", "--log", "log.jsonl", "-o", "out/m"] + shape + flags,
      directory: workspace.path)
    #expect(run.end == .exit(0), "\(run.error)")
    struct Cost: Decodable { let peakBytes: Int }
    let log = try readFile(workspace.path + "/log.jsonl")
    let peak = try JSONDecoder().decode(Cost.self, from: Data(log)).peakBytes
    let estimate = try estimate(["1-tokens/Code"] + shape + flags)
    let program = 40.0 * 1_048_576  // code, libraries and the files read
    let stated = Double(16 * estimate.parameters) + estimate.activationGiB * 1_073_741_824
    #expect(Double(peak) < 1.3 * stated + program, "\(peak >> 20) MiB, stated \(stated)")
  }

  @Test func `a loss that is not a number stops with the step and a hint`() throws {
    let run = try ToolRun(
      stage.tool, stage.adding("--learning-rate", "1e30").arguments(under: "out"),
      directory: workspace.path)
    #expect(run.end == .exit(1))
    #expect(
      run.error.wholeMatch(
        of:
          /train-expert: step [0-9]+: the loss is not .*; the last good one was [0-9.]+; lower .*\n/
      )
        != nil, "\(run.error)")
    #expect(!workspace.exists("out/expert-Code/model.safetensors"))
  }
}
