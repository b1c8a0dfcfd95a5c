import Storage
import Testing

struct KillTests {
  @Test(arguments: Stage.all + Stage.further)
  func `a kill leaves the older output or the whole new one, and a rerun completes it`(
    stage: Invocation
  ) throws {
    let workspace = try Workspace(on: Pipeline.shared.get())
    let start = ContinuousClock.now
    let complete = try workspace.complete(stage)
    let duration = (ContinuousClock.now - start) / .seconds(1)
    let target = stage.target(under: "out")
    let older = Array("older".utf8)

    let moments: [ToolRun.Kill] =
      [0, 0.3, 0.6, 0.8, 0.95].map { .after(seconds: $0 * duration) }
      + [.whileWriting(into: "\(workspace.path)/out")]
    var kills = 0
    for (index, moment) in moments.enumerated() {
      let hasOlder = index.isMultiple(of: 2)
      try workspace.clearOutput()
      if hasOlder { try workspace.write(target, older) }
      let run = try ToolRun(
        stage.tool, stage.arguments(under: "out"), directory: workspace.path, kill: moment)
      #expect(run.end == .signal(9) || run.end == .exit(0), "\(moment): \(run.error)")
      if run.end == .signal(9) { kills += 1 }
      let left = try workspace.contents("out")[target]
      // Of several files, the last goes before others are replaced: it never stands beside them.
      let mayBeGone = !hasOlder || stage.lastFile != nil
      #expect(
        left == complete[target] || left == (hasOlder ? older : nil) || mayBeGone && left == nil,
        "\(moment) left a part")
      let again = try ToolRun(
        stage.tool, stage.arguments(under: "out"), directory: workspace.path)
      #expect(again.end == .exit(0), "\(moment): \(again.error)")
      let files = try workspace.contents("out").filter { !$0.key.contains(".partial-") }
      #expect(files == complete, "\(moment)")
    }
    #expect(kills > 0)
  }
}
