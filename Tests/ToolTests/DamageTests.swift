import Foundation
import Storage
import Tasks
import TestSupport
import Testing

/// A file of the pipeline, and a tool that reads it.
struct Readable: CustomTestStringConvertible, Sendable {
  let file: String
  let reader: Invocation

  init(_ file: String, _ reader: Invocation) { (self.file, self.reader) = (file, reader) }

  var testDescription: String { "\(file) by \(reader.tool)" }
}

struct DamageTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace(on: Pipeline.shared.get()) }

  private static let score = Stage.scoreLogprobs("natural", "test", "Prose")

  /// The files with a checksum over every byte that matters.
  private static let checked = [
    Readable("0-corpus/chunk-1.jsonl.zst", Stage.trainTokenizer),
    Readable("1-tokens/Prose/test-000.tok.zst", score),
    Readable(
      "3-streams/natural/rank-000.stream.zst",
      Invocation(
        "train-expert", "--stream", "3-streams/natural/rank-000.stream.zst", "1-tokens/Code",
        "1-tokens/Maths", "1-tokens/Prose", "--hidden-size", "16", "--layers", "1", "--heads", "2",
        "--context", "16", output: "3-models/natural", lastFile: "model.safetensors")),
    Readable("3-models/natural/model.safetensors", score),
    Readable("parts/1/part.zst", Stage.mergeParts),
    Readable("parts/2/Prose/train-000.tok.zst", Stage.mergeParts),
    Readable("1-tasks/old/choices-000.tok.zst", Stage.scoreChoices("natural", "old")),
    Readable("4-logprobs/expert-Maths/validation/Code.lp.zst", Stage.mdeFeatures),
    Readable("4-logprobs/expert-Maths/choices/old.lp.zst", Stage.choiceFeatures),
    Readable("5-features/observed.jsonl.zst", Stage.fitRegressor),
  ]

  /// The JSON that a person may edit. It has no checksum, so a digit may change unnoticed: only
  /// truncation and values of the wrong type are tested.
  private static let editable = [
    Readable("1-tokens/tokenizer.json", Stage.tokenizeShards),
    Readable(
      "1-tokens/Maths/manifest.json", Stage.trainMixture("natural", file: "2-mixtures/natural.json")
    ),
    Readable("parts/1/Maths/manifest.json", Stage.mergeParts),
    Readable("2-mixtures/observed.jsonl", Stage.mdeFeatures),
    Readable("3-models/natural/config.json", score),
    Readable("3-models/natural/run.json", score),
    Readable("3-models/natural/tokenizer.json", Stage.evaluateTasks),
    Readable("6-regressors/regressor.json", Stage.searchMixture),
    Readable("7-proposal/proposal.json", Stage.renderReport),
    Readable("tasks.jsonl", Stage.evaluateTasks),
    Readable("tasks.jsonl", Stage.tokenizeTasks),
  ]

  @Test(arguments: checked + editable)
  func `a truncated file is an error, or makes no difference`(readable: Readable) throws {
    let intact = try output(of: readable)
    let bytes = try workspace.bytes(readable.file)
    var errors = 0
    for count in [0, 1, 9, bytes.count / 2, bytes.count * 7 / 8, bytes.count - 2, bytes.count - 1] {
      errors += try errorsWhere(
        readable, Array(bytes.prefix(count)), intact, "\(count) of \(bytes.count) bytes")
    }
    #expect(errors > 2)
  }

  @Test(arguments: checked)
  func `a flipped bit is an error, or makes no difference`(readable: Readable) throws {
    let intact = try output(of: readable)
    let bytes = try workspace.bytes(readable.file)
    var random = TestBits(seed: 7)
    func draw(_ range: Range<Int>) -> Int {
      range.lowerBound + random.index(below: range.count)
    }
    let regions = [0..<16, 0..<bytes.count, bytes.count - 40..<bytes.count]
    var errors = 0
    for region in regions {
      for _ in 0..<6 {
        let (byte, bit) = (draw(region), draw(0..<8))
        var damaged = bytes
        damaged[byte] ^= 1 << bit
        errors += try errorsWhere(readable, damaged, intact, "bit \(bit) of byte \(byte)")
      }
    }
    #expect(errors > 2)
  }

  @Test(arguments: editable.filter { $0.file.hasSuffix(".json") })
  func `a value of the wrong type is an error, or makes no difference`(readable: Readable) throws {
    let intact = try output(of: readable)
    let value = try JSONSerialization.jsonObject(with: Data(try workspace.bytes(readable.file)))
    let object = try #require(value as? [String: Any])
    var errors = 0
    for (key, value) in object {
      var damaged = object
      damaged[key] = value is String ? [1] : "?"
      let bytes = Array(try JSONSerialization.data(withJSONObject: damaged))
      errors += try errorsWhere(readable, bytes, intact, "field \(key)")
    }
    #expect(errors > 2)
  }

  /// What the output says, apart from the digest of the damaged input.
  private func output(of readable: Readable) throws -> [String: String] {
    try meaning(of: try workspace.complete(readable.reader))
  }

  private func meaning(of contents: [String: [UInt8]]) throws -> [String: String] {
    var meaning: [String: String] = [:]
    for (name, bytes) in contents {
      var text = ""
      if name.hasSuffix(".safetensors") {
        text = bytes.map { "\($0) " }.joined()
      } else if name.hasSuffix(".zst") {
        let reader = try LineReader("\(workspace.path)/\(name)")
        while let line = try reader.next() {
          text += String(decoding: line.bytes, as: UTF8.self) + "\n"
        }
      } else {
        text = String(decoding: bytes, as: UTF8.self)
      }
      meaning[name] = text.replacing(/[0-9a-f]{64}/, with: "")
    }
    return meaning
  }

  /// Expects that the damaged file is an error, or that the output is what it was.
  ///
  /// - Returns: How many errors there were: one or none.
  private func errorsWhere(
    _ readable: Readable, _ damaged: [UInt8], _ intact: [String: String], _ damage: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Int {
    try workspace.clearOutput()
    try workspace.replace(readable.file, damaged)
    let run = try ToolRun(
      readable.reader.tool, readable.reader.arguments(under: "out"), directory: workspace.path)
    let output = try workspace.contents("out")
    if run.end == .exit(0) {
      #expect(try meaning(of: output) == intact, "\(damage)", sourceLocation: sourceLocation)
      return 0
    }
    #expect(run.end == .exit(65), "\(damage): \(run.error)", sourceLocation: sourceLocation)
    #expect(
      run.error.hasPrefix("\(readable.reader.tool): ") && run.error.contains(readable.file)
        && run.error.split(separator: "\n").count == 1,
      "\(damage): \(run.error)", sourceLocation: sourceLocation)
    #expect(
      !output.keys.contains(readable.reader.target(under: "out")), "\(damage)",
      sourceLocation: sourceLocation)
    #expect(try workspace.halfWritten == [], "\(damage)", sourceLocation: sourceLocation)
    return 1
  }
}
