import ArgumentParser
import Reporting
import Storage
import ToolKit

@main
struct RenderReport: Tool {
  static let configuration = CommandConfiguration(
    commandName: "render-report",
    abstract: "Write one page with the answer of a run, its tables and its pictures.",
    discussion: """
      Examples:
        render-report . -o 8-report/index.html
        render-report . --summary 8-report/summary.txt -o 8-report/index.html
      """,
    version: projectVersion)

  @Argument(help: "The folder of a run, as make fills it.") var folder: String
  @Option(help: "Write the answer and the main tables as text here.") var summary: String?
  @Option(help: "Write the answer here, in 22 lines of 80 columns.") var screen: String?
  @OptionGroup var common: CommonOptions

  var outputs: [String?] { [common.output, common.log, summary, screen] }

  func run() throws {
    let report = Report(try RunFolder(folder))
    let page = try report.page()
    if let screen { try replaceFile(screen, bytes: Array(report.screen.utf8)) }
    if let summary { try replaceFile(summary, bytes: Array(report.summary.utf8)) }
    try replaceFile(common.output, bytes: Array(page.utf8))
  }
}
