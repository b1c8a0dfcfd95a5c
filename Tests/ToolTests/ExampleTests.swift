import Storage
import TestSupport
import Testing

/// The examples that the tools' help opens with, run in a folder that has what they read.
struct ExampleTests {
  @Test(arguments: CommandLineTests.tools) func `help opens with two examples that run`(
    tool: String
  ) throws {
    let help = try Workspace().run(tool, "--help", printing: nil).output
    let examples = Self.examples(in: help)
    #expect(examples.count == 2)
    #expect(examples.allSatisfy { $0.contains("\(tool) ") })
    for example in examples {
      let workspace = try Self.folderOfARun()
      try workspace.write("example", example)
      try workspace.shell(
        """
        PATH='\(ToolRun.binaries)':$PATH bash -euo pipefail example >said 2>&1 || {
          cat example said >&2
          exit 1
        }
        """)
    }
  }

  /// The commands after `Examples:`, which end at an empty line; those that go on have a deeper
  /// margin.
  private static func examples(in help: String) -> [String] {
    let lines = help.split(separator: "\n", omittingEmptySubsequences: false)
    guard let start = lines.firstIndex(of: "Examples:") else { return [] }
    // Before them there is nothing but what the tool is for.
    guard lines[..<start].filter(\.isEmpty).count == 1 else { return [] }
    var commands: [String] = []
    for line in lines[(start + 1)...].prefix(while: { !$0.isEmpty }) {
      if line.hasPrefix("    "), let last = commands.popLast() {
        commands.append(last + "\n" + line)
      } else {
        commands.append(String(line))
      }
    }
    return commands
  }

  /// A copy of the pipeline, and what else people give the tools: questions, tables, more text.
  private static func folderOfARun() throws -> Workspace {
    let workspace = try Workspace()
    try workspace.shell("cp -r \(try Pipeline.shared.get().workspace.path)/* .")
    try workspace.shell("cp \(Repository.file("data/tasks/paper.tsv")) . && mkdir questions")
    let questions = (0..<30).map { index in
      #"{"task":"copa","context":"the old house \#(index)","choices":["a river","the sea"],"#
        + #""answer":\#(index % 2)}"#
    }
    try workspace.write("questions/copa.jsonl", questions.joined(separator: "\n") + "\n")
    _ = try FixtureTables.fit(in: workspace)
    // Each of so many words occurs twice, for a vocabulary as large as the default.
    var random = TestBits(seed: 2)
    let letters = Array("abcdefghijklmnopqrstuvwxyz")
    let words = (0..<8000).map { _ in
      String((0..<6).map { _ in letters[random.index(below: letters.count)] })
    }
    let writer = try LineWriter("\(workspace.path)/0-corpus/more.jsonl.zst")
    for document in 0..<800 {
      let text = words[(document % 400 * 20)..<(document % 400 * 20 + 20)]
      try writer.write(
        FixtureCorpus.line(
          domain: FixtureCorpus.domains[document % 3], text: text.joined(separator: " ")))
    }
    try writer.commit()
    return workspace
  }
}
