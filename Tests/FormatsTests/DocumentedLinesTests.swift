import Formats
import Mixtures
import Regression
import Search
import Reporting
import Storage
import Tasks
import TestSupport
import Testing

/// The JSON that data/README.md shows reads as what it says it is.
struct DocumentedLinesTests {
  /// Writes the example of a kind to a file, for `body` to read.
  private func withExample(_ kind: String, _ body: (String) throws -> Void) throws {
    let folder = try TemporaryFolder()
    try body(folder.write("example", DocumentedExample.json(kind)))
  }

  @Test func `the regressor, as it is written`() throws {
    try withExample("regressor") { path in
      let file = try RegressorFile(reading: path)
      let model = try #require(file.families[0].model.stored as? LinearModel)
      #expect(model.coefficients["Book"]?["mde:Book"] == 0.9 && file.data.mde[0].last == 3.5)
      #expect(try file.bytes == readFile(path))
    }
  }

  @Test func `the token manifest, as it is written`() throws {
    try withExample("manifest") { path in
      let manifest = try TokenManifest(path)
      #expect(manifest.splits["train"]?.shards.map(\.amount.tokens) == [3])
      #expect(try JSON.encode(manifest) + [UInt8(ascii: "\n")] == readFile(path))
    }
  }

  @Test func `the mixture`() throws {
    try withExample("mixture") { path in
      let record = try MixtureFile(reading: path).records[0]
      #expect(record.id == "mixture-003" && record.mixture["Book"] == 0.9)
    }
  }

  @Test func `the features`() throws {
    try withExample("features") { path in
      let table = try FeatureTable(reading: path)
      #expect(table.header.domains == ["ArXiv", "Book"] && table.rows[0].beta == 0)
      #expect(table.rows[0].features["Book"]?.standardError == 0.1)
      #expect(table.header.choices?["COPA"]?.questions == 2)
      #expect(table.rows[0].choices?["COPA"]?["sum"]?.margin == 1.5)
    }
  }

  @Test func `the observed run`() throws {
    try withExample("runs") { path in
      let run = try RunTable(reading: path).runs[0]
      #expect(run.losses["ArXiv"] == MeasuredLoss(nats: 4.5))
      #expect(run.losses["Book"] == MeasuredLoss(nats: 3.25, standardError: 0.02))
    }
  }

  @Test func `the audit, as it is written`() throws {
    try withExample("audit") { path in
      let lines = try AuditLine.read(path)
      guard case .pair(let pair) = lines[1], case .scale(let scale) = lines[3],
        case .conclusion(let conclusion) = lines[4]
      else {
        Issue.record("not the lines shown")
        return
      }
      #expect(pair.gain.value == 0.002 && conclusion.withinNoise == ["ridge-log-mde"])
      #expect(scale.family == "scale-joint" && scale.tokens == 25.9e9)
      let again = lines.flatMap { $0.bytes + [UInt8(ascii: "\n")] }
      try replaceFile(path, bytes: again)
      #expect(try AuditLine.read(path) == lines)
    }
  }

  @Test func `the proposal, as it is written, is a mixture too`() throws {
    try withExample("proposal") { path in
      let file = try ProposalFile(reading: path)
      #expect(file.certificate?.shadowPrices["Book"] == -0.001)
      #expect(file.region.weights["Book"] == [0.6, 0.8] && file.limits[0].value == 0.4)
      #expect(try MixtureFile(reading: path).records[0].mixture["Book"] == 0.8)
      let read = try JSON.decode(ProposalFile.self, from: JSON.encode(file), path: path)
      #expect(read == file)
    }
  }

  @Test func `what is predicted around the proposal, as it is written`() throws {
    try withExample("what-if") { path in
      let file = try WhatIfFile(reading: path)
      let profile = file.profiles[0]
      #expect(
        file.mixtures[0].weights == [0.25, 0.75] && file.bounds[0].most == "the most asked for")
      #expect(profile.read(0.25) == [3.2, 3.2] && profile.excesses[4][0] > 0)
      let read = try JSON.decode(WhatIfFile.self, from: JSON.encode(file), path: path)
      #expect(read == file)
    }
  }

  @Test func `the question`() throws {
    try withExample("question") { path in
      let set = try TaskSet.read([path])[0]
      #expect(set.name == "copa" && set.questions[0].candidates.count == 2)
    }
  }

  @Test func `the task scores, as they are written`() throws {
    try withExample("task-scores") { path in
      let row = try JSON.decode(TaskScores.Row.self, file: path)
      #expect(row.accuracy?["sum"]?.mean == 0.62 && row.answerLoss.nats == 4.25)
      #expect(row.shots == 5 && row.droppedExamples == 3)
      #expect(try JSON.encode(row) + [UInt8(ascii: "\n")] == readFile(path))
    }
  }

  @Test func `the fertility, as it is written`() throws {
    try withExample("fertility") { path in
      let row = try JSON.decode(FertilityFile.Row.self, file: path)
      #expect(row.bytesPerToken == 4 && row.tokensPerCharacter == 0.5 && row.tokensPerWord == 4)
      #expect(row.bytesPerTokenBySize == 2)
      #expect(try JSON.encode(row) + [UInt8(ascii: "\n")] == readFile(path))
    }
  }

  @Test func `the overlap, as it is written`() throws {
    try withExample("overlap") { path in
      let row = try JSON.decode(OverlapFile.Row.self, file: path)
      #expect(row.shared == 12 && abs(row.share - 12.0 / 9210) < 1e-15)
      #expect(try JSON.encode(row) + [UInt8(ascii: "\n")] == readFile(path))
    }
  }

  @Test func `the correlation, as it is written`() throws {
    try withExample("correlation") { path in
      let row = try JSON.decode(CorrelationFile.Row.self, file: path)
      #expect(row.spearman == 0.8 && row.interval == [0.5, 0.9])
      #expect(try JSON.encode(row) + [UInt8(ascii: "\n")] == readFile(path))
    }
  }
}
