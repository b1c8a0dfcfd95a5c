import Testing

struct PipelineTests {
  @Test func `the whole pipeline runs on a small corpus`() throws {
    let workspace = try Workspace(on: Pipeline.shared.get())
    for stage in Stage.all {
      #expect(
        workspace.exists(stage.output) || ["evaluate-tasks", "render-report"].contains(stage.tool))
    }
  }
}
