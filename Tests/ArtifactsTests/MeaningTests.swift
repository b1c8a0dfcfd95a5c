import Artifacts
import Formats
import Storage
import TestSupport
import Testing

/// Files that decode, and still are not what their format says.
struct MeaningTests {
  /// A format, what is replaced in its example, by what, and what the error says then.
  private static let contradictions: [(String, String, String, String)] = [
    ("mixtures", #""Book":0.9"#, #""Book":0.8"#, "weights sum to 0.9"),
    ("mixtures", #""ArXiv":0.1"#, #""ArXiv":-0.1"#, "weight of ArXiv is -0.1"),
    ("observed runs", #""Book":0.9"#, #""Book":1.9"#, "weights sum to 2"),
    ("observed runs", #""ArXiv":4.5"#, #""ArXiv":-4.5"#, "loss of ArXiv is -4.5"),
    ("mde.runs", #""Book":{"nats""#, #""C4":{"nats""#, "mixture-003: C4 is no set of line 1"),
    ("mde.features", #""Book":0.9"#, #""Book":0.8"#, "mixture-003: weights sum to 0.9"),
    ("mde.features", #"{"ArXiv":0.1"#, #"{"Github":0.1"#, "Github is no domain of line 1"),
    ("mde.features", #""nats":3.5"#, #""nats":-3.5"#, "loss of Book is -3.5"),
    ("mde.features", #"{"Book":{"bitsPerByte""#, #"{"C4":{"bitsPerByte""#, "sets are not those"),
    ("mde.regressor", #""family":"r"#, #""family":"s"#, "is not among its families"),
    ("mde.audit", #""kind":"pair""#, #""kind":"other""#, "is of the unknown kind other"),
    ("mde.proposal", #""ArXiv":0.2,"Book":0.8"#, #""ArXiv":0.2"#, "weights sum to 0.2"),
    ("mde.token-manifest", #""endOfText":0"#, #""endOfText":4096"#, "disagree"),
    ("mde.token-manifest", #""tokens":3},"shards"#, #""tokens":4},"shards"#, "train: its amount"),
    ("mde.logprobs", #""Book":1"#, #""Book":0.5"#, "header: weights sum to 0.5"),
    ("mde.tokens", #""endOfText":0"#, #""endOfText":4096"#, "disagree"),
    ("mde.resume", #""step":1"#, #""step":2"#, "log: has 1 steps, the header 2"),
    ("mde.resume", #""length":2"#, #""length":3"#, "holds 6 values for vectors of 3"),
    ("mde.run", #""ArXiv":0"#, #""ArXiv":1"#, "weights sum to 2"),
    ("mde.run", #""tokens":{"Book""#, #""tokens":{"C4""#, "tokens: C4 has no weight"),
    ("mde.run", #""epochs":{"Book""#, #""epochs":{"ArXiv""#, "are of different domains"),
    ("mde.run", #""steps":2"#, #""steps":0"#, "no steps"),
    ("mde.run", #""trainingLoss":4.5"#, #""trainingLoss":-1"#, "loss of training is -1"),
    ("training log", #""step":2"#, #""step":3"#, "line 2: is of step 3"),
    ("training log", #""tokens":128"#, #""tokens":64"#, "line 2: no token was learned"),
    ("model configuration", #""hidden_act":"silu""#, #""hidden_act":"gelu""#, "hidden_act gelu"),
    ("model configuration", #""num_attention_heads":2"#, #""num_attention_heads":0"#, "heads is 0"),
    ("weights index", "1.safetensors", "../1.safetensors", "is not in this folder"),
    ("cost log", #""seconds":1"#, #""seconds":-1"#, "less than nothing"),
    ("corpus manifest", #""documents":1}},"d"#, #""documents":2}},"d"#, "Book: its amount"),
    ("questions", #""answer":1"#, #""answer":2"#, "answer 2 is none of its 2 choices"),
    ("mde.taskscores", #""chance":0.5"#, #""chance":1.5"#, "copa: a share is not between 0 and 1"),
    ("mde.fertility", #""characters":4000"#, #""characters":40001"#, "its counts are impossible"),
    ("mde.fertility", #""tokens":2000"#, #""tokens":0"#, "its counts are impossible"),
    ("mde.overlap", #""shared":12"#, #""shared":9999"#, "its counts are impossible"),
    ("mde.correlations", #""spearman":0.8"#, #""spearman":1.8"#, "is no correlation"),
    ("mde.correlations", "[0.5,0.9]", "[0.9,0.5]", "is no correlation"),
  ]

  @Test(arguments: contradictions)
  func `what contradicts itself is refused`(
    format: String, old: String, new: String, problem: String
  ) throws {
    let folder = try TemporaryFolder()
    let example = try #require(Example.all.first { $0.format == format })
    var damaged = example
    damaged.values = example.values.map { value in
      Array(String(decoding: value, as: UTF8.self).replacing(old, with: new).utf8)
    }
    #expect(damaged.values != example.values, "nothing was replaced")
    let error = #expect(throws: FileError.self) {
      try verifyArtifact(try damaged.write(to: folder))
    }
    #expect(error?.message.contains(problem) == true, "\(error?.message ?? "")")
  }

  @Test func `choices that are not those of the questions are refused`() throws {
    let folder = try TemporaryFolder()
    let example = try #require(Example.all.first { $0.format == "mde.tokens" })
    let damaged = try example.changing(0) { $0["questions"] = ["answers": [0], "choices": [3]] }
    let error = #expect(throws: FileError.self) {
      try verifyArtifact(try damaged.write(to: folder))
    }
    #expect(
      error?.message.hasSuffix("holds 2 documents, but its questions have 3 choices") == true)
  }

  @Test func `tensors and vectors with values that are no numbers are refused`() throws {
    let folder = try TemporaryFolder()
    let nan: [UInt8] = [0, 0, 192, 127]
    let example = try #require(Example.all.first { $0.format == "mde.resume" })
    guard case .framed(let header, var blocks) = example.content else { return }
    blocks[2].replaceSubrange(4..<8, with: nan)
    let resume = Example(format: "", content: .framed(header: header, blocks: blocks))
    let error = #expect(throws: FileError.self) {
      try verifyArtifact(try resume.write(to: folder))
    }
    #expect(error?.message.hasSuffix("block 2: its values are no numbers") == true)
    try writeSafetensors(
      folder.file("s"), [StoredTensor(name: "a", shape: [1], bytes: { _ in nan })])
    let tensor = #expect(throws: FileError.self) { try verifyArtifact(folder.file("s")) }
    #expect(tensor?.message.hasSuffix("a: has values that are not finite") == true)
  }
}
