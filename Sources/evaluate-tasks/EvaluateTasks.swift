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
    abstract:
      "Score a model on questions: by the log-probability of choices, or by what it writes.",
    discussion: """
      A task file has lines {"task", "context", "choices", "answer"}, answer the index of the right \
      choice, or {"task", "context", "answers"}, all answers that are accepted from a model that writes \
      one itself. A choice is the end of the text "context choice", joined by a space unless the context \
      ends in white space, and encoded as one text after one end-of-text token; its score is \
      log p(choice | context), as it is (sum), per token, per UTF-8 byte of the choice, and less \
      log p(choice | unconditional prompt).

      Example: evaluate-tasks --model 3-models/natural --shots 5 --train arc_train.jsonl arc.jsonl -o scores.jsonl
      """,
    version: projectVersion)

  @Argument(
    help:
      "Task files, of any compression; '-' is standard input. With --table one folder that is searched."
  )
  var tasks: [String]
  @Option(
    help: .init(
      "Table of tasks: names, files, and how they are asked; only questions for testing, as tokenize-tasks "
        + "splits them, are asked.", valueName: "file"))
  var table: String?
  @Option(help: "With --table: the share of the questions that is for testing.")
  var testFraction = 0.5
  @Option(help: "With --table: so many questions of a task at most, by the hash of their text.")
  var maxQuestions: Int?
  @Option(
    help: .init("Folder of the model, with its tokenizer.json beside it.", valueName: "folder"))
  var model: String
  @Option(help: .init("Write the scores of every question here.", valueName: "file"))
  var details: String?
  @Option(help: "Precision of products: auto, f32 or bf16.") var precision = PrecisionChoice.auto
  @OptionGroup var manner: MannerOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard 0..<1 ~= testFraction, maxQuestions ?? 1 > 0 else {
      throw ValidationError("--test-fraction must be in [0, 1), --max-questions positive")
    }
    guard table == nil || tasks.count == 1 else {
      throw ValidationError("--table searches one folder; name one")
    }
    guard table != nil || maxQuestions == nil else {
      throw ValidationError("--max-questions needs --table")
    }
    guard details == nil || details != common.output else {
      throw ValidationError("--details and -o name the same file")
    }
    guard precision.precision != nil else {
      throw ValidationError("--precision bf16: this CPU has no such products; use auto")
    }
  }

  func run() throws {
    let sets = try self.sets()
    let manner = try self.manner.manner(seed: common.seed)
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
      let questions = try scorer.score(set, manner, pool: pool) { done, _ in progress.update(done) }
      progress.finish()
      for question in questions { try detailOutput?.write(JSON.encode(question)) }
      let row = TaskScores.Row(task: set.name, shots: manner.fewShot.shots, questions)
      try output.write(JSON.encode(row))
      note(row)
    }
    try detailOutput?.commit()
    try output.commit()
  }

  private func sets() throws -> [TaskSet] {
    guard let table else { return try TaskSet.read(tasks) }
    let split = QuestionSplit(testFraction: testFraction, maximumQuestions: maxQuestions)
    return try TaskTable(table).sets(in: tasks[0]).map { _, set in
      var set = set
      set.questions = try split.questions(of: set, forTesting: true).map { set.questions[$0] }
      return set
    }
  }

  private func header(_ scorer: TaskScorer) throws -> TaskScores.Header {
    TaskScores.Header(
      provenance: Provenance(
        format: TaskScores.format, version: TaskScores.version, tool: "evaluate-tasks", revision: 2,
        flags: manner.flags.merging(flags) { $1 }.merging(
          ["precision": scorer.precision.rawValue]) { $1 },
        seed: manner.shots > 0 ? common.seed : nil,
        inputs: try inputs.map { try InputDigest(file: $0) }),
      tokenizer: scorer.tokenizerDigest, model: try LogProbHeader.Model(folder: model))
  }

  private var flags: [String: String] {
    guard table != nil else { return [:] }
    return [
      "test-fraction": "\(testFraction)", "max-questions": maxQuestions.map { "\($0)" } ?? "all",
    ]
  }

  private var inputs: [String] {
    get throws {
      guard let table else { return (tasks + manner.train).filter { $0 != "-" } }
      let files = try TaskTable(table).found(in: tasks[0]).map(\.source.path)
      return [table] + files + manner.train
    }
  }

  private func note(_ row: TaskScores.Row) {
    guard common.verbose || row.truncated > 0 || row.droppedExamples > 0 else { return }
    var line = "evaluate-tasks: \(row.task): \(row.questions) questions"
    if let score = row.score(by: Normalization.perByte.rawValue) {
      line += ", \(score.name) \(score.value)"
    }
    if row.droppedExamples > 0 {
      line += ", \(row.droppedExamples) examples left out that the model's context has no room for"
    }
    if row.truncated > 0 {
      line += ", \(row.truncated) longer than the model's context and cut on the left"
    }
    common.note(line)
  }
}

extension PrecisionChoice: ExpressibleByArgument {}
