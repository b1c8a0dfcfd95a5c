import ArgumentParser
import Evaluation
import Formats
import Parallel
import Storage
import Tasks
import Tokenization
import ToolKit

@main
struct TokenizeTargets: Tool {
  static let configuration = CommandConfiguration(
    commandName: "tokenize-targets",
    abstract: "Make evaluation sets of targets: text that the model is to be good at.",
    discussion: """
      Examples:
        tokenize-targets --table targets.tsv \\
          --tokenizer 1-tokens/tokenizer.json -o 1-tokens
        grep notes targets.tsv | tokenize-targets --table - --tokens 300 \\
          --tokenizer 1-tokens/tokenizer.json -o 1-tokens

      A target is any text that no domain is made of. It is scored like a domain and never learned \
      from; avg-target, worst-target and its name are objectives then. The table has a name and a \
      path on each line: a file, or a folder of which all files are read, in any compression and \
      in archives. A file with .json in its extension has JSON lines: {"text"}, or {"prompt", \
      "answer"}, of which only the answer counts; any other file is one text.

      Writes TARGET/{validation,test}-000.tok.zst and TARGET/manifest.json into the folder -o: \
      --tokens of each, or half of a smaller target, by the hashes of the texts. Of few texts \
      passages are taken.
      """,
    version: projectVersion)

  @Option(help: .init("Table of targets; '-' is standard input.", valueName: "file"))
  var table: String
  @Option(
    help: .init(
      "tokenizer.json of a byte-level BPE, or a rank file of tiktoken.", valueName: "file"))
  var tokenizer: String
  @Option(help: "The token that stands before each document.") var endOfText = "<|endoftext|>"
  @Option(help: "Tokens of each split at most; prompts and answers are all taken.")
  var tokens = 100_000
  @Option(help: "Tokens that a split has to have.") var fewestTokens = 256
  @OptionGroup var common: CommonOptions

  var outputs: [PlannedOutput] { [.folder(common.output)] }

  func validate() throws {
    guard common.output != "-" else { throw ValidationError("-o must name a folder") }
    guard tokens > 0, fewestTokens >= 0 else {
      throw ValidationError("--tokens must be positive, and --fewest-tokens not negative")
    }
  }

  func run() throws {
    let file = try TokenizerFile(tokenizer)
    let tokenizer = try Tokenizer(file)
    guard let endOfTextID = tokenizer.id(ofAddedToken: endOfText) else {
      throw UsageError("\(file.path): has no added token \(endOfText); name it with --end-of-text")
    }
    let maker = TargetTokenizer(
      tokenizer: tokenizer, endOfText: endOfTextID,
      options: .init(
        tokens: tokens, fewestTokens: fewestTokens,
        flags: ["tokens": "\(tokens)", "end-of-text": endOfText]),
      pool: WorkerPool(threads: common.threadCount))
    for target in try TargetTable(table).targets {
      let manifest = try maker.write(try TargetFiles(target), to: common.output)
      let amounts = manifest.splits.sorted { $0.key < $1.key }.map {
        "\($0.value.amount.tokens) tokens for \($0.key)"
      }
      common.note(
        "tokenize-targets: \(manifest.domain): \(amounts.joined(separator: ", "))")
    }
  }
}
