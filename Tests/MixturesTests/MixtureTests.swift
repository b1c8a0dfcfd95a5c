import Formats
import Mixtures
import Storage
import TestSupport
import Testing

struct MixtureTests {
  @Test func `weights are kept by name, sorted, whatever the order of the file`() throws {
    let mixture = try Mixture(["b": 0.25, "a": 0.75])
    #expect(mixture.domains == ["a", "b"] && mixture.weights == [0.75, 0.25])
    #expect(try mixture.weights(over: ["b", "a"]) == [0.25, 0.75])
    #expect(mixture.correction == nil)
  }

  @Test func `rounding is divided out with a warning, and more is refused`() throws {
    let rounded = try Mixture(["a": 0.5, "b": 0.496])
    #expect(abs(rounded.weights.reduce(0, +) - 1) < 1e-15)
    #expect(rounded.correction != nil)
    #expect(throws: Mixture.Invalid.sum(0.98)) { try Mixture(["a": 0.5, "b": 0.48]) }
    #expect(throws: Mixture.Invalid.weight(domain: "a", value: -0.1)) {
      try Mixture(["a": -0.1, "b": 1.1])
    }
    #expect(throws: Mixture.Invalid.self) { try Mixture(["a": .nan, "b": 1]) }
    #expect(throws: Mixture.Invalid.empty) { try Mixture([:]) }
  }

  @Test func `unknown domains are errors, absent ones too unless they mean zero`() throws {
    let mixture = try Mixture(["a": 1])
    #expect(throws: Mixture.Invalid.missing(domain: "b")) { try mixture.weights(over: ["a", "b"]) }
    #expect(try mixture.weights(over: ["a", "b"], absentIsZero: true) == [1, 0])
    #expect(throws: Mixture.Invalid.unknown(domain: "a", known: ["b"])) {
      try mixture.weights(over: ["b"], absentIsZero: true)
    }
  }

  @Test(arguments: [
    (#"{"id":"x","weights":{"a":0.5,"b":0.3}}"#, "line 1", "sum to"),
    (#"{"id":"x"}"#, "line 1", "weights"),
    (
      "{\"id\":\"x\",\"weights\":{\"a\":1}}\n{\"id\":\"x\",\"weights\":{\"a\":1}}", "line 2",
      "line 1"
    ),
    ("\n", "", "no mixture"),
  ])
  func `a bad mixture file is refused by line`(text: String, place: String, words: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("mixtures.jsonl", text)
    let error = try #require(throws: FileError.self) { try MixtureFile(reading: path) }
    #expect(error.kind == .badData)
    #expect(
      error.message.hasPrefix(place.isEmpty ? "\(path): " : "\(path): \(place): "),
      "\(error.message)")
    #expect(error.message.contains(words), "\(error.message)")
  }

  @Test func `a record reads back as it was written`() throws {
    let folder = try TemporaryFolder()
    let record = MixtureRecord(
      id: "m", mixture: try Mixture(["a": 0.1, "b": 0.2, "c": 0.7]), source: "a paper")
    let path = try folder.write("mixtures.jsonl", record.line)
    #expect(try MixtureFile(reading: path).records == [record])
  }
}
