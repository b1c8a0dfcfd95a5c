import Formats
import Foundation
import Storage
import Tasks
import TestSupport

extension Example {
  /// One of every format in the registry.
  static let all: [Example] = {
    do { return try framed + models + documented + plain + tables } catch {
      preconditionFailure("an example cannot be made: \(error)")
    }
  }()

  private static func provenance(_ format: String, _ version: Int) -> String {
    #""provenance":{"flags":{},"format":"\#(format)","inputs":[],"revision":1,"tool":"t","#
      + #""version":\#(version)}"#
  }

  private static func lines(
    _ format: String, _ lines: String..., optional: Set<String> = [], ignored: Set<String> = []
  ) -> Example {
    Example(
      format: format, content: .lines(lines.map { Array($0.utf8) }), optional: optional,
      ignored: ignored)
  }

  // MARK: In frames, and tensors

  private static var framed: [Example] {
    get throws {
      let folder = try TemporaryFolder()
      let tokens = try FramedReader(folder.write("t", DocumentedExample.listing(0)))
      try writeSafetensors(
        folder.file("s"),
        [StoredTensor(name: "a", shape: [1], bytes: { _ in [0, 0, 128, 63] })])
      let step = #"{"gradientNorm":1,"learningRate":0.1,"loss":4.5,"step":1,"tokens":64}"# + "\n"
      let numbers = [UInt8](repeating: 0, count: 8)
      return [
        Example(
          format: "mde.tokens",
          content: .framed(header: tokens.header, blocks: [try tokens.block(0)])),
        Example(
          format: "mde.token-part",
          content: .framed(
            header: try DocumentedExample.json("token-part").dropLast(),
            blocks: [try DocumentedExample.listing(2)])),
        Example(
          format: "mde.clusters",
          content: .framed(
            header: Array(
              """
              {"clusterings":[{"clusters":2,"dimensions":1,"space":"vectors","terms":0}],\
              "groups":[{"clustering":0,"names":["a","b"]}],\(provenance("mde.clusters", 1))}
              """.utf8), blocks: [[0, 0, 128, 63, 0, 0, 128, 191] + numbers])),
        Example(
          format: "mde.stream",
          content: .framed(
            header: try streamHeader(), blocks: [try DocumentedExample.listing(3)]),
          optional: ["files", "rank"]),
        Example(
          format: "mde.logprobs",
          content: .framed(
            header: Array(
              """
              {"evaluation":{"set":"Book","sha256":"e","split":"test"},\
              "model":{"id":"m","sha256":"s","weights":{"Book":1}},"tokenizer":"t",\
              "truncated":0,\(provenance("mde.logprobs", 1))}
              """.utf8), blocks: [try DocumentedExample.listing(4)]),
          optional: ["truncated"]),
        Example(
          format: "mde.resume",
          content: .framed(
            header: Array(
              """
              {"length":2,"step":1,"weights":{"Book":1},\(provenance("mde.resume", 1))}
              """.utf8), blocks: [Array(step.utf8), numbers, numbers, numbers])),
        Example(format: "safetensors", content: .bytes(try folder.bytes("s"))),
      ]
    }
  }

  /// The header that belongs to the report of `data/README.md`.
  private static func streamHeader() throws -> [UInt8] {
    String(decoding: try DocumentedExample.json("stream"), as: UTF8.self)
      .replacing("mde.stream-report", with: "mde.stream")
      .replacing(#""files":[],"#, with: "").replacing("\n", with: "").utf8.map { $0 }
  }

  // MARK: Of models

  private static var models: [Example] {
    let config = ModelConfig(
      vocabularySize: 40, hiddenSize: 8, layers: 1, heads: 2, keyValueHeads: 1,
      intermediateSize: 12, context: 16, endOfText: 0)
    let tokenizer = TrainedTokenizer.encode(
      vocabulary: ["<|endoftext|>"] + ByteAlphabet.scalars.map { String($0) }.sorted(), merges: [],
      specialTokens: ["<|endoftext|>"])
    return [
      Example(
        format: "model configuration", content: .lines([config.json]),
        optional: [
          "architectures", "attention_bias", "bos_token_id", "eos_token_id", "head_dim",
          "hidden_act", "mlp_bias", "model_type", "num_key_value_heads", "rms_norm_eps",
          "rope_theta", "tie_word_embeddings", "torch_dtype",
        ]),
      Example(
        format: "tokenizer", content: .lines([tokenizer]),
        optional: ["added_tokens", "decoder", "normalizer", "version"],
        ignored: ["padding", "post_processor", "truncation"]),
      lines(
        "mde.found-domains", "{\(provenance("mde.found-domains", 1))}",
        #"{"bytes":9,"documents":2,"domain":"a","neighbours":[{"cosine":0.5,"domain":"b"}],"#
          + #""samples":["x"],"words":["w"]}"#,
        #"{"bytes":8,"documents":1,"domain":"b"}"#,
        optional: ["neighbours", "samples", "words"]),
      lines(
        "weights index", #"{"metadata":{},"weight_map":{"a":"1.safetensors"}}"#,
        ignored: ["metadata"]),
      lines(
        "mde.run",
        """
        {"epochs":{"Book":0.5},"id":"m","parameters":9,"steps":2,"tokens":{"Book":64},\
        "trainingLoss":4.5,"validationLosses":{"Book":4},"weights":{"ArXiv":0,"Book":1},\
        \(provenance("mde.run", 1))}
        """, optional: ["parameters", "trainingLoss"]),
      lines(
        "training log",
        #"{"gradientNorm":1,"learningRate":0.1,"loss":4.5,"step":1,"tokens":64}"#,
        #"{"gradientNorm":1,"learningRate":0.1,"loss":4.4,"step":2,"tokens":128,"#
          + #""validation":{"A":4}}"#,
        optional: ["validation"]),
    ]
  }

  // MARK: Those that data/README.md shows

  private static var documented: [Example] {
    get throws {
      func example(_ format: String, _ kind: String, optional: Set<String> = []) throws -> Example {
        let lines = try DocumentedExample.json(kind).split(separator: UInt8(ascii: "\n"))
        return Example(format: format, content: .lines(lines.map { Array($0) }), optional: optional)
      }
      func behind(_ header: String, _ example: Example) -> Example {
        var example = example
        example.content = .lines([Array(header.utf8)] + example.values)
        return example
      }
      // A run without losses is a mixture.
      func withoutHeader(_ table: Example) -> Example {
        Example(
          format: "observed runs", content: .lines(Array(table.values.dropFirst())),
          optional: ["losses"])
      }
      let model = #""model":{"id":"m","sha256":"s"},"tokenizer":"t""#
      return [
        try example("mde.token-manifest", "manifest"), try example("mixtures", "mixture"),
        try example("mde.stream-report", "stream", optional: ["files", "rank"]),
        try example("mde.features", "features"),
        try example("mde.runs", "runs"), try withoutHeader(example("mde.runs", "runs")),
        try example("mde.regressor", "regressor"),
        try example(
          "mde.audit", "audit",
          optional: ["coverage", "differenceCoverage", "differenceRadius", "radius", "spearman"]),
        try example("mde.proposal", "proposal", optional: ["certificate", "pareto"]),
        try example(
          "mde.what-if", "what-if",
          optional: ["epochsAtFullWeight", "family", "trainTokens", "unchecked"]),
        try example("questions", "question"),
        try example("prompts and answers", "pair"),
        behind(
          "{\(model),\(provenance(TaskScores.format, TaskScores.version))}",
          try example("mde.taskscores", "task-scores", optional: ["accuracy", "chance"])),
        behind(
          #"{"tokenizer":"9a31",\#(provenance("mde.fertility", 1))}"#,
          try example("mde.fertility", "fertility", optional: ["tokensBySize"])),
        behind(
          #"{"tokenizer":"9a31",\#(provenance("mde.overlap", 1))}"#,
          try example("mde.overlap", "overlap")),
        behind(
          #"{"models":["a","b"],\#(provenance("mde.correlations", 1))}"#,
          try example("mde.correlations", "correlation", optional: ["interval", "spearman"])),
        lines(
          "mde.taskscores", "{\(model),\(provenance(TaskScores.format, TaskScores.version))}",
          """
          {"answer":0,"choices":[{"bytes":4,"isGreedy":true,"logProb":-1,"tokens":1}],\
          "examples":[],"isTruncated":false,"predictions":{"sum":0},"question":1,"task":"copa"}
          """),
      ]
    }
  }

  // MARK: Without provenance

  private static var plain: [Example] {
    [
      lines("cost log", #"{"peakBytes":9,"processorSeconds":1.5,"seconds":1,"tool":"t"}"#),
      lines("corpus", #"{"meta":{"set":"Books"},"text":"Hi"}"#, ignored: ["meta"]),
      lines(
        "corpus manifest",
        """
        {"domains":{"Book":{"bytes":2,"documents":1}},"downloadBytes":9,"format":"corpus-manifest",\
        "sources":[{"bytes":2,"documents":1,"domain":"Book"}],"version":1}
        """, ignored: ["downloadBytes"]),
    ]
  }

  private static var tables: [Example] {
    get throws {
      func text(_ format: String, _ text: String) -> Example {
        Example(format: format, content: .bytes(Array(text.utf8)))
      }
      func file(_ format: String, _ name: String) throws -> Example {
        Example(format: format, content: .bytes(try readFile(Repository.file(name))))
      }
      // As many ranks as gpt2 has: the bytes, then pairs and triples of them.
      let ranks = (0..<50_256).map { rank in
        let bytes = rank < 256 ? [UInt8(rank)] : [UInt8(rank / 256), UInt8(rank % 256)]
        return "\(Data(bytes).base64EncodedString()) \(rank)"
      }
      return [
        try file("domain table", "data/domains/debian.tsv"),
        try file("task table", "data/tasks/paper.tsv"),
        text("target table", "notes\tnotes/\n"),
        text("lineage table", "Web\tNews\t0.4\nWeb\tForums\t0.6\n"),
        text("ranks", ranks.joined(separator: "\n") + "\n"),
        text("table of runs", "run,web,code\nr1,0.5,0.5\n"),
      ]
    }
  }
}
