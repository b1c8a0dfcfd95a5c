import Foundation
import Storage
import Testing

struct ResumeTests {
  private let workspace: Workspace
  /// A training long enough to be stopped on the way, with a resume point after every few steps.
  private let stage = Stage.trainExpert("Code").replacing("8", by: "300")
    .adding("--save-every", "7")

  init() throws { workspace = try Workspace(on: Pipeline.shared.get()) }

  private var point: String { "\(workspace.path)/out/expert-Code/resume.zst" }

  private func start(_ stage: Invocation, kill: ToolRun.Kill? = nil) throws -> ToolRun {
    try ToolRun(
      stage.tool, stage.arguments(under: "out"), directory: workspace.path, kill: kill)
  }

  private func completed() throws -> [String: [UInt8]] {
    try workspace.contents("out").filter { !$0.key.contains(".partial-") }
  }

  @Test func `a killed run goes on to the same bytes, and leaves no resume point`() throws {
    let complete = try workspace.complete(stage)
    try workspace.clearOutput()
    #expect(try start(stage, kill: .onceThere(point)).end == .signal(9))
    var kills = 1
    // Killed again and again, at other steps.
    for seconds in [0.05, 0.08, 0.11] where isFile(point) {
      if try start(stage, kill: .after(seconds: seconds)).end == .signal(9) { kills += 1 }
    }
    #expect(try start(stage.adding("-j", "1")).end == .exit(0))
    #expect(try completed() == complete, "after \(kills) kills")
  }

  @Test(arguments: [SIGTERM, SIGINT])
  func `a signal saves, ends with 75 and a line that says so`(signal: Int32) throws {
    let complete = try workspace.complete(stage)
    try workspace.clearOutput()
    let run = try start(stage, kill: .onceThere(point, signal: signal))
    #expect(run.end == .exit(75))
    #expect(
      run.error.wholeMatch(
        of: /train-expert: out\/expert-Code\/resume.zst: stopped after step [0-9]+ of 300; .*\n/)
        != nil, "\(run.error)")
    #expect(!workspace.exists("out/expert-Code/model.safetensors"))
    #expect(try start(stage).end == .exit(0))
    #expect(try completed() == complete)
  }

  @Test func `a resume point of another run is left aside, with a remark`() throws {
    let other = stage.adding("--learning-rate", "0.001")
    let complete = try workspace.complete(other)
    try workspace.clearOutput()
    #expect(try start(stage, kill: .onceThere(point)).end == .signal(9))
    let run = try ToolRun(
      other.tool, other.arguments + ["-o", other.location(under: "out")],
      directory: workspace.path)
    #expect(run.end == .exit(0))
    #expect(
      run.error
        == "train-expert: out/expert-Code/resume.zst: is not used: --learning-rate was 0.005; "
        + "starting again\n"
    )
    #expect(try completed() == complete)
  }

  @Test func `a damaged resume point is refused`() throws {
    #expect(try start(stage, kill: .onceThere(point)).end == .signal(9))
    var bytes = try readFile(point)
    bytes[bytes.count / 2] ^= 1
    try replaceFile(point, bytes: bytes)
    let run = try start(stage)
    #expect(run.end == .exit(65))
    #expect(run.error.hasPrefix("train-expert: out/expert-Code/resume.zst: frame"), "\(run.error)")
  }
}
