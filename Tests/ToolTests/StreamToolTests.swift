import Formats
import Storage
import Streams
import Testing

/// Streams between tools: written, compared, piped, learned; and tokens of other programs.
struct StreamToolTests {
  private let workspace: Workspace
  private static let train = Stage.trainMixture("natural", file: "2-mixtures/natural.json")
  private static let file = "3-streams/natural/rank-000.stream.zst"

  init() throws { workspace = try Workspace(on: Pipeline.shared.get()) }

  /// `train-expert` of the pipeline, with a stream in place of the mixture.
  private func trainOnStream(_ file: String, _ more: String...) -> Invocation {
    let flags = Self.train.arguments.filter {
      !["--mixture", "2-mixtures/natural.json"].contains($0)
    }
    return Invocation(
      tool: "train-expert", arguments: ["--stream", file] + flags + more,
      output: Self.train.output, lastFile: "model.safetensors")
  }

  @Test func `a model that is trained on a stream is the same, byte for byte`() throws {
    let expected = try workspace.complete(Self.train)
    try workspace.clearOutput()
    #expect(try workspace.complete(trainOnStream(Self.file)) == expected)
  }

  @Test func `the initial model is that of every number of steps, and says how many`() throws {
    func initial(_ stage: Invocation) throws -> [String: [UInt8]] {
      try workspace.clearOutput()
      return try workspace.complete(stage.adding("--initial"))
    }
    let (one, other) = (try initial(Self.train), try initial(Self.train.replacing("8", by: "9")))
    let model = "out/natural/model.safetensors"
    #expect(one[model] != nil && one[model] == other[model])
    #expect(try one[model] != workspace.bytes("3-models/natural/model.safetensors"))
    let record = try RunRecord(file: "\(workspace.path)/out/natural/run.json")
    #expect(record.steps == 0 && record.trainingLoss == nil)
    #expect(record.provenance.flags["steps"] == "9")
    #expect(record.tokens.values.allSatisfy { $0 == 0 })
  }

  @Test func `standard output has the file`() throws {
    let command = (["mix-tokens"] + Stage.mixTokens.arguments).joined(separator: " ")
    try workspace.shell("\(ToolRun.binaries)/\(command) >piped")
    #expect(try workspace.bytes("piped") == workspace.bytes(Self.file))
  }

  @Test func `verify accepts what is there, and names what differs`() throws {
    let stage = Stage.mixTokens
    let verify = stage.arguments + ["--verify", "-o", "3-streams/natural"]
    #expect(try ToolRun("mix-tokens", verify, directory: workspace.path).end == .exit(0))
    for (flags, problem) in [
      (["--seed", "2"], "\(Self.file): header: is that of another mixture"),
      (["--from-step", "1"], "\(Self.file): header: is that of another mixture"),
      (["--format", "llmc"], "3-streams/natural/stream.bin: cannot open for reading"),
    ] {
      let run = try ToolRun("mix-tokens", verify + flags, directory: workspace.path)
      #expect(run.error.hasPrefix("mix-tokens: \(problem)"), "\(run.error)")
    }
  }

  @Test func `a stream that is not the training's is refused`() throws {
    let train = trainOnStream(Self.file)
    let header = "\(Self.file): header: "
    try workspace.expectRefusal(
      65, header + "its sequences have --context 16, the model 8",
      Invocation(
        tool: train.tool,
        arguments: zip([""] + train.arguments, train.arguments).map {
          $0 == "--context" ? "8" : $1
        }, output: train.output, lastFile: train.lastFile))
    try workspace.expectRefusal(
      65, header + "was made with --seed 1, not 3", train.adding("--seed", "3"))
    try workspace.expectRefusal(
      65, header + "holds 32 sequences, and the training takes 36", train.replacing("8", by: "9"))
    let parts = try ToolRun(
      "mix-tokens", Stage.mixTokens.arguments + ["--ranks", "2", "-o", "parts"],
      directory: workspace.path)
    #expect(parts.end == .exit(0))
    try workspace.expectRefusal(
      65, "parts/rank-001.stream.zst: header: is a part of a stream: rank 1 from step 0",
      trainOnStream("parts/rank-001.stream.zst"))
  }

  @Test func `flags of streams that contradict each other are refused`() throws {
    for (flags, problem) in [
      (["--ranks", "3"], "--ranks 3 must divide --batch-size 4"),
      (["--ranks", "2", "--rank", "2"], "--rank must be from 0 to 1"),
      (["--ranks", "2", "--format", "megatron"], "--ranks: the readers of --format megatron"),
      (["--from-step", "9"], "--from-step must be from 0 to 8"),
      (["--sequences", "8"], "give one of --steps"),
    ] {
      try workspace.expectRefusal(
        64, problem,
        Invocation(
          tool: "mix-tokens", arguments: Stage.mixTokens.arguments + flags,
          output: Stage.mixTokens.output, lastFile: "stream.json"))
    }
  }

  @Test func `imported documents are those that were tokenized`() throws {
    try workspace.run(
      "tokenize-shards", "--domains", "domains.tsv", "--tokenizer", "1-tokens/tokenizer.json",
      "--validation-fraction", "0.1", "--test-fraction", "0.1", "0-corpus", "-o", "out")
    for split in ["train", "validation", "test"] {
      #expect(
        try documents("imported/Code/\(split)-000.tok.zst")
          == documents("out/Code/\(split)-000.tok.zst"))
    }
  }

  /// The ids of the documents of a token file and their bytes, in any order.
  private func documents(_ name: String) throws -> [[Int32]: Int] {
    let file = try TokenFileReader("\(workspace.path)/\(name)")
    var found: [[Int32]: Int] = [:]
    for index in 0..<file.blockCount {
      let block = try file.block(index)
      for document in 0..<block.documentCount {
        found[Array(block[document])] = block.bytes[document]
      }
    }
    return found
  }

  @Test func `ids of another tokenizer are refused`() throws {
    try workspace.run(
      "train-tokenizer", "--domains", "domains.tsv", "--vocab-size", "270", "0-corpus", "-o",
      "small.json")
    try workspace.expectRefusal(
      65, "tokenized/code.bin: piece 1: ",
      Stage.importTokens.replacing("1-tokens/tokenizer.json", by: "small.json"))
  }
}
