import ArgumentParser
import Evaluation
import Formats
import Kernels
import Parallel
import Storage
import Tasks
import ToolKit

@main
struct EvaluateTasks: Tool {
  static let configuration = CommandConfiguration(
    commandName: "evaluate-tasks",
    abstract:
      "Score a model on questions: by the log-probability of choices, or by what it writes.",
    discussion: """
      Examples:
        evaluate-tasks --model 3-models/natural questions/*.jsonl -o scores.jsonl
        evaluate-tasks --model 3-models/natural questions --table paper.tsv \\
          --shots 2 --details details.jsonl -o scores.jsonl

      A task file has lines {"task", "context", "choices", "answer"}, answer the index of the \
      right choice, or {"task", "context", "answers"}, all answers that are accepted from a model \
      that writes one itself. A choice is the end of the text "context choice", joined by a space \
      unless the context ends in white space, and encoded as one text after one end-of-text \
      token; its score is log p(choice | context), as it is (sum), per token, per UTF-8 byte of \
      the choice, and less log p(choice | unconditional prompt).

      With --table the questions for testing are asked, as tokenize-tasks splits them with the \
      same --test-fraction; examples come from the table's training files, or from the questions \
      for validation where a task has none.
      """,
    version: projectVersion)

  @Argument(
    help:
      """
      Task files, of any compression; '-' is standard input. With --table one folder that is \
      searched.
      """)
  var tasks: [String]
  @Option(
    help: .init(
      "Table of tasks: names, files, and how they are asked; only questions for testing are.",
      valueName: "file"))
  var table: String?
  @OptionGroup(title: "With --table") var questions: QuestionSplitOptions
  @Option(
    help: .init("Folder of the model, with its tokenizer.json beside it.", valueName: "folder"))
  var model: String
  @Option(help: .init("Write the scores of every question here.", valueName: "file"))
  var details: String?
  @OptionGroup var precision: PrecisionOptions
  @OptionGroup var evaluation: EvaluationOptions
  @OptionGroup var common: CommonOptions

  var outputs: [PlannedOutput] {
    [details, common.output].compactMap(\.self).map(PlannedOutput.file)
  }

  func validate() throws {
    guard table == nil || tasks.count == 1 else {
      throw ValidationError("--table searches one folder; name one")
    }
    if table == nil {
      guard questions.testFraction == nil, questions.maxQuestions == nil else {
        throw ValidationError("--test-fraction and --max-questions need --table")
      }
      guard (evaluation.shots > 0) == !evaluation.train.isEmpty else {
        throw ValidationError("--shots and --train go together: how many examples, and from where")
      }
    } else {
      guard questions.share > 0 else {
        throw ValidationError("--test-fraction 0 leaves no question to ask")
      }
      guard evaluation.train.isEmpty else {
        throw ValidationError("--train: the table names the training files; leave it out")
      }
    }
    guard details == nil || details != common.output else {
      throw ValidationError("--details and -o name the same file")
    }
  }

  func run() throws {
    let (sets, training) = try self.sets()
    let options = evaluation.options(training: training, seed: common.seed)
    let scorer = try TaskScorer(folder: model, precision: precision.chosen)
    let pool = WorkerPool(threads: common.threadCount)
    let header = JSON.encode(try header(scorer, sets + training))
    let output = try LineWriter(common.output)
    try output.write(header)
    let detailOutput = try details.map { try LineWriter($0) }
    try detailOutput?.write(header)
    for set in sets {
      let choices = set.questions.reduce(0) { $0 + $1.candidates.count }
      let progress = Progress(set.name, unit: "choices", total: choices, options: common)
      let questions = try scorer.score(set, options, pool: pool) { done, _ in progress.update(done)
      }
      progress.finish()
      for question in questions { try detailOutput?.write(JSON.encode(question)) }
      let row = TaskScores.Row(task: set.name, shots: options.fewShot.shots, questions)
      try output.write(JSON.encode(row))
      note(row)
    }
    try detailOutput?.commit()
    try output.commit()
  }

  /// The questions that are asked, and those that examples come from.
  ///
  /// Examples come from files of their own, or from questions that are not asked.
  private func sets() throws -> (asked: [TaskSet], training: [TaskSet]) {
    guard let table else { return (try TaskSet.read(tasks), try TaskSet.read(evaluation.train)) }
    let split = QuestionSplit(
      testFraction: questions.share, maximumQuestions: questions.maxQuestions)
    let rest = QuestionSplit(testFraction: questions.share, maximumQuestions: nil)
    var (asked, training): ([TaskSet], [TaskSet]) = ([], [])
    for found in try TaskTable(table).found(in: tasks[0]) {
      let set = try found.set()
      asked.append(set.subset(try split.questions(of: set, forTesting: true)))
      guard evaluation.shots > 0 else { continue }
      training.append(
        try found.trainingSet() ?? set.subset(try rest.questions(of: set, forTesting: false)))
    }
    return (asked, training)
  }

  private func header(_ scorer: TaskScorer, _ sets: [TaskSet]) throws -> TaskScores.Header {
    var inputs: [String] = [table].compactMap(\.self)
    for path in sets.flatMap(\.sources) where !inputs.contains(path) { inputs.append(path) }
    return TaskScores.Header(
      provenance: Provenance(
        format: TaskScores.format, version: TaskScores.version, tool: .evaluateTasks,
        flags: evaluation.flags.merging(flags) { $1 }.merging(
          ["precision": scorer.precision.rawValue]) { $1 },
        seed: evaluation.shots > 0 ? common.seed : nil,
        inputs: try inputs.compactMap { try InputDigest(unlessStream: $0) }),
      tokenizer: scorer.tokenizerDigest, model: try LogProbHeader.Model(folder: model))
  }

  private var flags: [String: String] {
    guard table != nil else { return [:] }
    return [
      "test-fraction": "\(questions.share)",
      "max-questions": questions.maxQuestions.map { "\($0)" } ?? "all",
    ]
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
