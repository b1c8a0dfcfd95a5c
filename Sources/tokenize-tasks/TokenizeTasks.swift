import ArgumentParser
import Evaluation
import Formats
import Storage
import Tokenization
import ToolKit

@main
struct TokenizeTasks: Tool {
  static let configuration = CommandConfiguration(
    commandName: "tokenize-tasks",
    abstract: "Make evaluation sets of end tasks: the right answers, and all choices.",
    discussion: """
      Reads ARC, OpenBookQA, CommonsenseQA, MultiRC, BoolQ, PIQA, HellaSwag, WinoGrande, SIQA, COPA and
      LAMBADA as they are published (labels in NAME-labels.lst beside NAME.jsonl), llm-foundry's files and
      lines {"task", "context", "choices", "answer"}; in any compression, and in archives as ARCHIVE:MEMBER.

      Writes TASK/{validation,test,choices}-000.tok.zst and TASK/manifest.json into the folder -o. Whether a
      question is for validation or for testing depends on its text only. The choices are those of the
      questions for validation.

      Example: tokenize-tasks --table data/tasks/paper.tsv tasks/ --tokenizer tokenizer.json -o 1-tokens
      """,
    version: projectVersion)

  @Argument(help: "Task files; with --table one folder that is searched for them.")
  var tasks: [String]
  @Option(
    help: .init(
      "Table of tasks: names, files, and how they are asked and scored.", valueName: "file"))
  var table: String?
  @Option(
    help: .init(
      "tokenizer.json of a byte-level BPE, or a rank file of tiktoken.", valueName: "file"))
  var tokenizer: String
  @Option(help: "The token that stands before each document.") var endOfText = "<|endoftext|>"
  @Option(help: "What the loss is on: answer or all of the text; without --table.")
  var lossOn = TaskTable.LossOn.answer
  @Option(help: "Prompts as given, or all in one form of question; without --table.")
  var prompt = Prompt.given
  @Option(help: "Share of the questions to test with; the others are for validation.")
  var testFraction = 0.5
  @Option(help: "Keep so many questions of each split at most, by the hash of their text.")
  var maxQuestions: Int?
  @OptionGroup var common: CommonOptions

  enum Prompt: String, ExpressibleByArgument, CaseIterable { case given, question }

  func validate() throws {
    guard 0..<1 ~= testFraction else {
      throw ValidationError("--test-fraction must be at least 0 and less than 1")
    }
    guard maxQuestions ?? 1 > 0 else { throw ValidationError("--max-questions must be positive") }
    guard table == nil || tasks.count == 1 else {
      throw ValidationError("--table searches one folder; name one")
    }
    guard common.output != "-" else { throw ValidationError("-o must name a folder") }
  }

  func run() throws {
    let file = try TokenizerFile(tokenizer)
    let tokenizer = try Tokenizer(file)
    guard let endOfTextID = tokenizer.id(ofAddedToken: endOfText) else {
      throw UsageError("\(file.path): has no added token \(endOfText); name it with --end-of-text")
    }
    var maker = TaskTokens(tokenizer: tokenizer, endOfText: endOfTextID)
    for (set, prompt, loss) in try sets() {
      let manifest = try maker.write(
        set,
        options: TaskTokens.Options(
          loss: loss,
          split: QuestionSplit(testFraction: testFraction, maximumQuestions: maxQuestions),
          flags: ["prompt": prompt.rawValue, "end-of-text": endOfText]),
        folder: "\(common.output)/\(set.name)")
      if common.verbose { note(manifest) }
    }
  }

  private func sets() throws -> [(set: TaskSet, prompt: Prompt, loss: TaskTable.LossOn)] {
    guard let table else {
      return try TaskSet.read(tasks).map {
        (prompt == .given ? $0 : $0.formed, prompt, lossOn)
      }
    }
    return try TaskTable(table).sets(in: tasks[0]).map { task, set in
      (set, task.isQuestion ? .question : .given, task.loss)
    }
  }

  private func note(_ manifest: TokenManifest) {
    let amounts = manifest.splits.sorted { $0.key < $1.key }.map { split in
      "\(split.key) \(split.value.amount.documents) documents, \(split.value.amount.tokens) tokens"
    }
    common.note("tokenize-tasks: \(manifest.domain): \(amounts.joined(separator: "; "))")
  }
}

extension TaskTable.LossOn: ExpressibleByArgument {}
