import Formats
import Storage
import Testing

/// What the readers of mixtures refuse, each named by file and line.
struct MixtureRefusalTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace(on: Pipeline.shared.get()) }

  private static let reader = Stage.mdeFeatures.replacing(
    "2-mixtures/observed.jsonl", by: "bad.jsonl")
  private static let good = #"{"id":"a","weights":{"Code":0.25,"Maths":0.25,"Prose":0.5}}"#

  @Test(arguments: [
    (#"{"id":"b","weights":{"Code":0.25,"Maths":0.25,"Prose":0.4}}"#, "line 2: weights sum to 0.9"),
    (
      #"{"id":"b","weights":{"Code":-0.5,"Maths":1,"Prose":0.5}}"#, "line 2: weight of Code is -0.5"
    ),
    (#"{"id":"b","weights":{"Code":1e999,"Maths":1,"Prose":0.5}}"#, "line 2: "),
    (#"{"id":"b","weights":{}}"#, "line 2: a mixture without domains"),
    (#"{"id":"b"}"#, #"line 2: has no field "weights""#),
    (#"{"id":"a","weights":{"Code":1}}"#, "line 2: id a was given on line 1 already"),
    (#"{"id":"b","weights":{"Code":0.5,"Law":0.5}}"#, "b: unknown domain Law"),
    (#"{"id":"b","weights":{"Code":0.5,"Prose":0.5}}"#, "b: no weight for domain Maths"),
    ("nonsense", "line 2: is not valid JSON"),
  ])
  func `a bad mixture`(line: String, problem: String) throws {
    try workspace.write("bad.jsonl", "\(Self.good)\n\(line)\n")
    try workspace.expectRefusal(65, "bad.jsonl: \(problem)", Self.reader)
  }

  @Test func `an empty file`() throws {
    try workspace.write("bad.jsonl", "")
    try workspace.expectRefusal(65, "bad.jsonl: holds no mixture", Self.reader)
  }

  @Test func `weights that nearly sum to one are divided by their sum, with a warning`() throws {
    try workspace.write(
      "near.jsonl", #"{"id":"a","weights":{"Code":0.2525,"Maths":0.2525,"Prose":0.5}}"# + "\n")
    let run = try ToolRun(
      "mde-features",
      Stage.mdeFeatures.replacing("2-mixtures/observed.jsonl", by: "near.jsonl").arguments
        + ["-o", "out/f.jsonl"], directory: workspace.path)
    #expect(run.end == .exit(0))
    #expect(run.error.hasPrefix("mde-features: near.jsonl: line 1: weights sum to 1.005"))
    let weights = try #require(
      try FeatureTable(reading: "\(workspace.path)/out/f.jsonl").rows.first?.weights)
    #expect(abs(weights.values.reduce(0, +) - 1) < 1e-12)
  }

  @Test func `a mixture of one expert has that expert's losses`() throws {
    try workspace.write("one.jsonl", #"{"id":"a","weights":{"Code":0,"Maths":1,"Prose":0}}"# + "\n")
    try workspace.complete(
      Stage.mdeFeatures.replacing("2-mixtures/observed.jsonl", by: "one.jsonl"))
    let row = try #require(
      try FeatureTable(reading: "\(workspace.path)/out/observed.jsonl.zst").rows.first)
    let file = try LogProbFileReader(
      "\(workspace.path)/4-logprobs/expert-Maths/validation/Prose.lp.zst")
    var (sum, count) = (0.0, 0)
    for index in 0..<file.blockCount {
      for value in try file.block(index).values { (sum, count) = (sum - Double(value), count + 1) }
    }
    #expect(abs((row.features["Prose"]?.nats ?? 0) - sum / Double(count)) < 1e-6)
  }

  @Test func `a mixture of a domain without tokens`() throws {
    try workspace.write("law.json", #"{"id":"law","weights":{"Code":0.5,"Law":0.5}}"# + "\n")
    try workspace.expectRefusal(66, "Law: ", Stage.trainMixture("law", file: "law.json"))
  }
}

/// What `train-expert --mixture` accepts; the model tells its weights.
struct MixtureArgumentTests {
  private let workspace: Workspace

  init() throws {
    workspace = try Workspace(on: Pipeline.shared.get())
    let uniform = #"{"id":"uniform","weights":{"Code":0.5,"Maths":0.5}}"#
    let ratio = #"{"id":"a:b=1","weights":{"Code":0.75,"Maths":0.25}}"#
    try workspace.write("several.jsonl", "\(FixtureCorpus.natural)\n\(uniform)\n\(ratio)\n")
    try workspace.write("one:natural", #"{"id":"x","weights":{"Prose":1}}"#)
  }

  @Test(arguments: [
    ("several.jsonl:natural", ["Code": 0.25, "Maths": 0.25, "Prose": 0.5]),
    ("several.jsonl:uniform", ["Code": 0.5, "Maths": 0.5]),
    ("several.jsonl:a:b=1", ["Code": 0.75, "Maths": 0.25]),
    ("one:natural", ["Prose": 1]),
    ("one:natural:x", ["Prose": 1]),
    ("2-mixtures/natural.json", ["Code": 0.25, "Maths": 0.25, "Prose": 0.5]),
    ("Code=0.5,Prose=0.5", ["Code": 0.5, "Prose": 0.5]),
  ])
  func `a mixture, one of several, or weights`(argument: String, weights: [String: Double]) throws {
    try workspace.complete(Stage.trainMixture("m", file: argument))
    #expect(try RunRecord(file: "\(workspace.path)/out/m/run.json").weights == weights)
  }

  @Test(
    arguments: [
      (
        65, "several.jsonl:doge",
        "several.jsonl: holds no mixture doge, only natural, uniform, a:b=1"
      ),
      (
        64, "several.jsonl",
        "several.jsonl: holds 3 mixtures; name one as several.jsonl:ID: natural, uniform, a:b=1"
      ),
      (66, "absent.jsonl:natural", "absent.jsonl: cannot open"),
      (66, "absent.jsonl", "absent.jsonl: cannot open"),
      (64, "Code=0.5,Code=0.5", "--mixture: Code=0.5: is not DOMAIN=WEIGHT"),
      (64, "Code=0.5", "--mixture: weights sum to 0.5"),
    ] as [(Int32, String, String)])
  func `what is no mixture`(status: Int32, argument: String, line: String) throws {
    try workspace.expectRefusal(status, line, Stage.trainMixture("m", file: argument))
  }

  @Test func `weights that were divided by their sum are told with the file's name`() throws {
    try workspace.write("near.jsonl", #"{"id":"a","weights":{"Code":0.505,"Maths":0.5}}"# + "\n")
    let stage = Stage.trainMixture("m", file: "near.jsonl:a")
    let run = try ToolRun(
      stage.tool, stage.arguments + ["-o", "out/m"], directory: workspace.path)
    #expect(run.end == .exit(0))
    #expect(run.error.hasPrefix("train-expert: near.jsonl: weights sum to 1.005"), "\(run.error)")
  }
}
