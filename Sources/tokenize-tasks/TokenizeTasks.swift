import ArgumentParser
import Evaluation
import Formats
import Storage
import Tasks
import Tokenization
import ToolKit

@main
struct TokenizeTasks: Tool {
  static let configuration = CommandConfiguration(
    commandName: "tokenize-tasks",
    abstract: "Make evaluation sets of end tasks: the right answers, and all choices.",
    discussion: """
      Examples:
        tokenize-tasks questions/*.jsonl --tokenizer 1-tokens/tokenizer.json \\
          -o 1-tokens
        tokenize-tasks questions --table paper.tsv --test-fraction 0.3 \\
          --tokenizer 1-tokens/tokenizer.json -o 1-tokens

      Reads ARC, OpenBookQA, CommonsenseQA, MultiRC, BoolQ, PIQA, HellaSwag, WinoGrande, SIQA, \
      COPA and LAMBADA as they are published (labels in NAME-labels.lst beside NAME.jsonl), \
      llm-foundry's files and lines {"task", "context", "choices", "answer"}; in any compression, \
      and in archives as ARCHIVE:MEMBER.

      Writes TASK/{validation,test,choices}-000.tok.zst and TASK/manifest.json into the folder \
      -o. Whether a question is for validation or for testing depends on what it asks only. The \
      choices are those of the questions for validation.
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
  @Option(help: "What the loss is on: answer, the default, or all of the text; without --table.")
  var lossOn: TaskTable.LossOn?
  @Option(help: "Prompts as given, the default, or all in one form of question; without --table.")
  var prompt: Prompt?
  @OptionGroup var questions: QuestionSplitOptions
  @OptionGroup var common: CommonOptions

  enum Prompt: String, ExpressibleByArgument, CaseIterable { case given, question }

  var outputs: [PlannedOutput] { [.folder(common.output)] }

  func validate() throws {
    guard table == nil || tasks.count == 1 else {
      throw ValidationError("--table searches one folder; name one")
    }
    guard table == nil || lossOn == nil && prompt == nil else {
      throw ValidationError("--loss-on and --prompt are the table's matter; leave them out")
    }
    guard common.output != "-" else { throw ValidationError("-o must name a folder") }
  }

  func run() throws {
    let file = try TokenizerFile(tokenizer)
    let tokenizer = try Tokenizer(file)
    guard let endOfTextID = tokenizer.id(ofAddedToken: endOfText) else {
      throw UsageError("\(file.path): has no added token \(endOfText); name it with --end-of-text")
    }
    var maker = TaskTokenizer(tokenizer: tokenizer, endOfText: endOfTextID)
    for (set, prompt, loss) in try sets() {
      let manifest = try maker.write(
        set,
        options: TaskTokenizer.Options(
          loss: loss,
          split: QuestionSplit(
            testFraction: questions.share, maximumQuestions: questions.maxQuestions),
          flags: ["prompt": prompt.rawValue, "end-of-text": endOfText]),
        folder: "\(common.output)/\(set.name)")
      if common.verbose { note(manifest) }
    }
  }

  private func sets() throws -> [(set: TaskSet, prompt: Prompt, loss: TaskTable.LossOn)] {
    guard let table else {
      let prompt = prompt ?? .given
      return try TaskSet.read(tasks).map {
        (prompt == .given ? $0 : $0.formed, prompt, lossOn ?? .answer)
      }
    }
    return try TaskTable(table).found(in: tasks[0]).map { found in
      (try found.set(), found.task.isQuestion ? .question : .given, found.task.loss)
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
