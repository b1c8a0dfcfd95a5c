import ArgumentParser
import Benchmarking
import Evaluation
import Formats
import Foundation
import Kernels
import Parallel
import Storage
import Tasks
import ToolKit
import Transformer

@main
struct BenchTasks: Tool {
  static let configuration = CommandConfiguration(
    commandName: "bench-tasks",
    abstract: "Speed of answering questions by a random model, in turns with a peer.",
    discussion: """
      Writes one line of JSON: medians over the turns. The result is how many questions are \
      answered right.

      Example: bench-tasks tokenizer.json --shots 5 --peer 'python3 Tests/Peers/tasks_peer.py'
      """,
    version: projectVersion)

  @Argument(help: "A tokenizer.json.") var tokenizer: String
  @Option(help: "A task file, uncompressed; made-up questions without one.") var task: String?
  @Option(help: "A task file for the examples, likewise.") var train: String?
  @Option(help: "The model: S or M.") var size = Size.S
  @Option(help: "Made-up questions.") var count = 100
  @Option(help: "Examples before each question.") var shots = 0
  @Option(help: "Draw examples anew for each question, or once: each or once.")
  var draw = FewShot.Draw.each
  @OptionGroup var precision: PrecisionOptions
  @Option(
    help: """
      Command that answers the same questions; 'tasks' and MODEL THREADS PRECISION SHOTS DRAW TASK \
      TRAIN are appended.
      """)
  var peer: String?
  @OptionGroup var common: CommonOptions

  /// The shapes of bench-engine, with room for examples.
  enum Size: String, ExpressibleByArgument, CaseIterable {
    case S, M

    func config(vocabulary: Int) -> ModelConfig {
      let (width, layers, heads, inner) = self == .S ? (128, 4, 4, 344) : (256, 6, 8, 688)
      return ModelConfig(
        vocabularySize: vocabulary, hiddenSize: width, layers: layers, heads: heads,
        keyValueHeads: heads,
        intermediateSize: inner, context: 1024, endOfText: 0)
    }
  }

  func run() throws {
    let folder = FileManager.default.temporaryDirectory.path + "/bench-tasks-\(getpid())"
    try createFolder(folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let pool = WorkerPool(threads: common.threadCount)
    try writeModel(to: folder, pool)
    let task = try task ?? MadeUpQuestions(count: count, seed: 1).write(to: folder + "/task.jsonl")
    let train = try train ?? MadeUpQuestions(count: 100, seed: 2).write(to: folder + "/train.jsonl")
    let precision = precision.chosen
    let set = try TaskSet.read([task])[0]
    var options = TaskScorer.Options()
    options.normalizations = [.sum, .perByte]
    options.fewShot = FewShot(
      shots: shots, draw: draw, seed: 1, training: try TaskSet.read([train]))
    let scorer = try TaskScorer(folder: folder, precision: precision)
    let turns = Turns(
      work: [
        "tasks", folder, "\(pool.threads)", precision.rawValue, "\(shots)", draw.rawValue, task,
        train,
      ], peer: peer?.split(separator: " ").map(String.init) ?? [], threads: pool.threads)
    // With the same prompts, as many are right but for ties; other examples are another draw of
    // luck.
    var uncertain = 0
    try turns.run(tolerance: uncertain) {
      let questions = try scorer.score(set, options, pool: pool)
      uncertain = shots > 0 ? questions.count : ties(questions, precision)
      return questions.count { $0.predictions[Normalization.sum.rawValue] == $0.answer }
    }
    turns.report(
      amount: set.questions.count, of: "questions", speed: "questions_per_second",
      more: [
        "\"size\":\"\(size.rawValue)\"", "\"shots\":\(shots)", "\"draw\":\"\(draw.rawValue)\"",
        "\"precision\":\"\(precision.rawValue)\"",
      ])
  }

  /// The number of questions that rounding decides.
  ///
  /// In these the answer and the best other choice are as likely but for 2⁻²⁰ of the
  /// log-probability, more than Float32 products of another order differ by, or for 2⁻⁸ of it, a
  /// rounding to bfloat16.
  private func ties(_ questions: [TaskScores.Detail], _ precision: Precision) -> Int {
    let share = precision == .float32 ? 0x1p-20 : 0x1p-8
    return questions.count { question in
      let own = question.choices[question.answer].logProb
      let others = question.choices.indices.filter { $0 != question.answer }
      return others.map { question.choices[$0].logProb }.max().map {
        abs($0 - own) <= share * abs(own)
      } ?? false
    }
  }

  private func writeModel(to folder: String, _ pool: WorkerPool) throws {
    let file = try TokenizerFile(tokenizer)
    let highest = (file.vocabulary.values + file.addedTokens.map(\.id)).max() ?? 0
    let config = size.config(vocabulary: Int(highest) + 1)
    try Parameters(config, precision: .float32, seed: 1, initStd: 0.1, pool: pool).write(to: folder)
    try replaceFile(folder + "/tokenizer.json", bytes: readFile(tokenizer))
  }
}

extension FewShot.Draw: ExpressibleByArgument {}
