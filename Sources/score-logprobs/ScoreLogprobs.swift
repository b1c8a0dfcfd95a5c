import ArgumentParser
import Formats
import Foundation
import Kernels
import Parallel
import Storage
import ToolKit
import Transformer

@main
struct ScoreLogprobs: Tool {
  static let configuration = CommandConfiguration(
    commandName: "score-logprobs",
    abstract: "Log-probability of every token of an evaluation set under a model.",
    discussion: """
      Examples:
        score-logprobs --model 3-models/expert-Code \\
          1-tokens/Prose/validation-*.tok.zst \\
          -o 4-logprobs/expert-Code/validation/Prose.lp.zst
        score-logprobs --model 3-models/natural 1-tokens/Code/test-*.tok.zst \\
          --max-tokens 40000 -o 4-logprobs/natural/test/Code.lp.zst

      Documents of questions are scored on their answers alone, given all that stands before them.
      """,
    version: projectVersion)

  @Argument(help: "Token files of one domain and split, in order.") var tokens: [String]
  @Option(
    help: "Folder of a Llama model: config.json, tokenizer.json, safetensors, also in shards.")
  var model: String
  @Option(help: "Score whole documents from the start until they hold this many tokens.")
  var maxTokens: Int?
  @Option(
    help: "Tokens between windows in documents longer than the context; by default half of it.")
  var stride: Int?
  @OptionGroup var precision: PrecisionOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard maxTokens ?? 1 > 0 else { throw ValidationError("--max-tokens must be positive") }
  }

  func run() throws {
    let files = try tokens.map { try TokenFileReader($0) }
    let precision = precision.chosen
    let parameters = try Parameters(folder: model, precision: precision)
    try check(files, against: parameters.config)
    let context = parameters.config.context
    let stride = stride ?? max(1, context / 2)
    guard 1...context ~= stride else {
      throw UsageError("--stride \(stride) must be between 1 and the model's context, \(context)")
    }
    var header = try header(files, stride: stride, precision: precision)
    header.truncated = try truncated(files, context: context)
    let scorer = Scorer(parameters, stride: stride, pool: WorkerPool(threads: common.threadCount))
    let output = try LogProbFileWriter(common.output, header: header)
    let progress = Progress(
      "score \(header.evaluation.set)", unit: "tokens", total: maxTokens ?? 0, options: common)
    var scored = 0
    for file in files {
      for index in 0..<file.blockCount where scored < maxTokens ?? .max {
        let block = try file.block(index)
        let documents = documentCount(block, wanted: (maxTokens ?? .max) - scored)
        let values = scorer.logProbs(
          block, documents: documents, areAnswers: file.header.hasContexts,
          endOfText: file.header.endOfText)
        guard values.allSatisfy(\.isFinite) else {
          throw FileError.content(
            path: model,
            problem: "its log-probabilities of \(file.path) are not numbers; train it again")
        }
        for document in 0..<documents {
          let tokens = block.offsets[document]..<block.offsets[document + 1]
          try output.append(
            values[tokens].dropFirst(block.contexts[document]), bytes: block.bytes[document])
        }
        scored += block.offsets[documents]
        progress.update(scored)
      }
    }
    progress.finish()
    try output.commit()
    if let truncated = header.truncated, truncated > 0 {
      common.note(
        "score-logprobs: \(header.evaluation.set): \(truncated) documents longer than the model's "
          + "context of \(context) tokens and cut on the left")
    }
  }

  /// The number of documents of `block` that it takes to hold `wanted` tokens, or all of them.
  private func documentCount(_ block: TokenBlock, wanted: Int) -> Int {
    block.offsets.firstIndex { $0 >= wanted } ?? block.documentCount
  }

  /// The number of documents that the model cannot see whole, of those whose end alone is scored.
  ///
  /// It is nil if there are no such documents.
  private func truncated(_ files: [TokenFileReader], context: Int) throws -> Int? {
    guard files.contains(where: \.header.hasContexts) else { return nil }
    var count = 0
    for file in files where file.header.hasContexts {
      for index in 0..<file.blockCount {
        let block = try file.block(index)
        count += (0..<block.documentCount).count { block[$0].count > context }
      }
    }
    return count
  }

  private func check(_ files: [TokenFileReader], against config: ModelConfig) throws {
    let first = files[0].header
    let tokenizerPath = model + "/tokenizer.json"
    let tokenizer = try sha256(file: tokenizerPath)
    for file in files {
      let header = file.header
      guard header.domain == first.domain, header.split == first.split else {
        throw FileError.content(
          path: file.path, place: "header",
          problem:
            "holds \(header.domain) \(header.split), but \(files[0].path) "
            + "\(first.domain) \(first.split); score them one at a time")
      }
      guard header.questions == nil || files.count == 1 && maxTokens == nil else {
        throw UsageError(
          "\(file.path): holds whole questions; score it alone and without --max-tokens")
      }
      guard header.tokenizer == tokenizer, header.vocabulary <= config.vocabularySize else {
        throw FileError.content(
          path: file.path, place: "header",
          problem: "was not made with \(tokenizerPath); make the tokens again with it")
      }
    }
  }

  private func header(
    _ files: [TokenFileReader], stride: Int, precision: Precision
  ) throws -> LogProbHeader {
    let description = try LogProbHeader.Model(folder: model)
    let inputs = try tokens.map { try InputDigest(file: $0) }
    var flags = ["stride": "\(stride)", "precision": precision.rawValue]
    flags["max-tokens"] = maxTokens.map { "\($0)" }
    return LogProbHeader(
      provenance: Provenance(
        format: LogProbHeader.format, version: LogProbHeader.version, tool: .scoreLogprobs,
        flags: flags,
        inputs: inputs + [InputDigest(name: "model.safetensors", sha256: description.sha256)]),
      tokenizer: files[0].header.tokenizer,
      model: description,
      evaluation: .init(
        set: files[0].header.domain, split: files[0].header.split,
        sha256: inputs.count == 1
          ? inputs[0].sha256 : sha256(Array(inputs.map(\.sha256).joined(separator: "\n").utf8)),
        tokenLimit: maxTokens, questions: files[0].header.questions, kind: files[0].header.kind))
  }
}
