import ArgumentParser
import Evaluation
import Formats
import Kernels
import Storage
import ToolKit

@main
struct EvaluateTasks: Tool {
  static let configuration = CommandConfiguration(
    commandName: "evaluate-tasks",
    abstract: "Score a model on multiple-choice questions, by the log-probability of the choices.",
    discussion: """
      A task file has lines {"task", "context", "choices", "answer"}, answer the index of the right \
      choice. A choice is the end of the text "context choice", joined by a space unless the context \
      ends in white space, and encoded as one text after one end-of-text token; its score is \
      log p(choice | context), as it is (sum), per token and per UTF-8 byte of the choice.

      Example: evaluate-tasks --model 3-models/natural arc_easy.jsonl.zst -o scores.jsonl
      """,
    version: projectVersion)

  @Argument(help: "Task files, of any compression; '-' is standard input.") var tasks: [String]
  @Option(
    help: .init("Folder of the model, with its tokenizer.json beside it.", valueName: "folder"))
  var model: String
  @Option(help: .init("Write the scores of every question here.", valueName: "file"))
  var details: String?
  @Option(help: "Precision of products: auto, f32 or bf16.") var precision = PrecisionChoice.auto
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard details == nil || details != common.output else {
      throw ValidationError("--details and -o name the same file")
    }
    guard precision.precision != nil else {
      throw ValidationError("--precision bf16: this CPU has no such products; use auto")
    }
  }

  func run() throws {
    let sets = try TaskSet.read(tasks)
    let scorer = try TaskScorer(folder: model, precision: precision.precision ?? .float32)
    let pool = WorkerPool(threads: common.threadCount)
    let header = JSON.encode(try header(scorer))
    let output = try LineWriter(common.output)
    try output.write(header)
    let detailOutput = try details.map { try LineWriter($0) }
    try detailOutput?.write(header)
    for set in sets {
      let choices = set.questions.reduce(0) { $0 + $1.candidates.count }
      let progress = Progress(set.name, unit: "choices", total: choices, options: common)
      let questions = try scorer.score(set, pool: pool) { done, _ in progress.update(done) }
      progress.finish()
      for question in questions { try detailOutput?.write(JSON.encode(question)) }
      let row = TaskScores.Row(task: set.name, questions)
      try output.write(JSON.encode(row))
      note(row)
    }
    try detailOutput?.commit()
    try output.commit()
  }

  private func header(_ scorer: TaskScorer) throws -> TaskScores.Header {
    TaskScores.Header(
      provenance: Provenance(
        format: TaskScores.format, version: TaskScores.version, tool: "evaluate-tasks",
        flags: ["precision": scorer.precision.rawValue],
        inputs: try tasks.filter { $0 != "-" }.map { try InputDigest(file: $0) }),
      tokenizer: scorer.tokenizerDigest, model: try LogProbHeader.Model(folder: model))
  }

  private func note(_ row: TaskScores.Row) {
    guard common.verbose || row.truncated > 0 else { return }
    var line = "evaluate-tasks: \(row.task): \(row.questions) questions"
    if let accuracy = row.accuracy?["perByte"] { line += ", accuracy per byte \(accuracy.mean)" }
    if row.truncated > 0 {
      line += ", \(row.truncated) longer than the model's context and cut on the left"
    }
    common.note(line)
  }
}

extension PrecisionChoice: ExpressibleByArgument {}
