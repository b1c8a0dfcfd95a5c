import Foundation
import Storage
import Testing

// Counts that are none, targets where no runs were, and weights that do not sum to 1.
extension ScaleToolTests {
  @Test func `millions and billions are no counts`() throws {
    let text = String(decoding: try workspace.bytes("runs.csv"), as: UTF8.self)
    try workspace.write("few.csv", text.replacingOccurrences(of: ",100000000,", with: ",100,"))
    let few = try fit(["--runs", "few.csv"] + Self.target)
    #expect(few.end == .exit(65), "\(few.error)")
    #expect(few.error.contains("run m0: has 100 parameters, too few for a language model"))
    for target in [["124", "1e11"], ["1e9", "100"]] {
      let run = try fit(
        ["--runs", "runs.csv", "--target-parameters", target[0], "--target-tokens", target[1]])
      #expect(run.end == .exit(64), "\(run.error)")
      #expect(run.error.contains("too few for a language model; give a count, such as 1e9"))
    }
  }

  @Test(arguments: [
    ("1e9", "1e12", "has 1000 tokens for each parameter; as long as these runs are"),
    ("1e9", "5e9", "it is predicted from checkpoints"),
    ("5e7", "2e9", "fewer parameters than any model that was run"),
    ("1e10", "2e11", "25 times as large as the largest model that was run"),
  ])
  func `a target where no runs were is told of`(
    parameters: String, tokens: String, said: String
  ) throws {
    let run = try fit([
      "--runs", "runs.csv", "--families", "scale-additive", "--target-parameters", parameters,
      "--target-tokens", tokens,
    ])
    #expect(run.end == .exit(0) && run.output.contains(said), "\(run.output)\(run.error)")
    let near = try fit(["--runs", "runs.csv", "--families", "scale-additive"] + Self.target)
    #expect(!near.output.contains(said), "\(near.output)")
  }

  @Test func `weights that sum to something else are divided where that is asked for`() throws {
    let text = String(decoding: try workspace.bytes("runs.csv"), as: UTF8.self)
    try workspace.write(
      "heavy.csv", text.replacingOccurrences(of: ",0.05,0.95,", with: ",0.05,0.97,"))
    let flags = ["--runs", "heavy.csv", "--families", "scale-additive"] + Self.target
    let heavy = try fit(flags)
    #expect(heavy.end == .exit(65), "\(heavy.error)")
    #expect(heavy.error.contains("must sum to 1 within 0.01; correct them, or have fit-regressor"))
    let divided = try fit(flags + ["--normalize-weights"])
    #expect(divided.end == .exit(0), "\(divided.error)")
    #expect(divided.error.contains("run m0: weights sum to 1.02; they were divided by it"))
    try workspace.write("none.csv", text.replacingOccurrences(of: ",0.05,0.95,", with: ",0,0,"))
    let none = try fit(["--runs", "none.csv", "--normalize-weights"] + Self.target)
    #expect(none.end == .exit(65) && none.error.contains("weights sum to 0.0"), "\(none.error)")
  }
}
