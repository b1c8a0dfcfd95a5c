import Formats
import Foundation
import Mixtures
import Storage
import Tasks
import TestSupport
import Testing

/// A folder of log-probabilities of made-up experts and runs, and the tools run in it; removed at
/// the end.
///
/// Two domains' tokens are foretold best by their own expert; a run of weights λ loses what a
/// mixture of (0.9 λ + 0.1 uniform) would, times 0.9, plus something of its own.
class SyntheticExperts {
  private let scratch: TemporaryFolder
  var folder: String { scratch.path }
  let domains = ["ArXiv", "Book", "Github"]

  init() throws {
    scratch = try TemporaryFolder()
    for (k, domain) in domains.enumerated() {
      for set in domains.indices {
        try write(
          "expert-\(domain)", weights: [domain: 1], set: set, logProbs: expertLogProbs(k, set: set))
      }
    }
  }

  // MARK: Synthetic files

  let lengths = [40, 1, 75, 33, 60, 12, 90, 55]

  func expertLogProbs(_ expert: Int, set: Int) -> [Float] {
    (0..<lengths.reduce(0, +)).map { t in
      let wobble = 1 + sin(Double(t * (expert + 2) + 31 * set))
      return Float(-wobble * 2 - (expert == set ? 0.5 : 2))
    }
  }

  func write(
    _ id: String, weights: [String: Double], set: Int, logProbs: [Float], data: String = "same"
  ) throws {
    let path = "\(folder)/4-logprobs/\(id)"
    try createFolder(path)
    let header = LogProbHeader(
      provenance: Provenance(
        format: LogProbHeader.format, version: LogProbHeader.version, tool: .scoreLogprobs),
      tokenizer: "tokenizer", model: .init(id: id, sha256: id, weights: weights),
      evaluation: .init(set: domains[set], split: "validation", sha256: "\(data)-\(set)"))
    let file = try LogProbFileWriter("\(path)/\(domains[set]).lp.zst", header: header)
    var start = 0
    for length in lengths {
      try file.append(logProbs[start..<start + length], bytes: 4 * length)
      start += length
    }
    try file.commit()
  }

  func writeRuns() throws {
    for record in try MixtureFile(reading: "\(folder)/observed.jsonl").records {
      for set in domains.indices {
        let experts = domains.indices.map { expertLogProbs($0, set: set) }
        let own = Double(record.id.utf8.reduce(0) { ($0 * 31 + Int($1)) % 17 }) / 1700
        let logProbs = experts[0].indices.map { t -> Float in
          var p = 0.0
          for (k, domain) in domains.enumerated() {
            let weight = 0.9 * record.mixture[domain] + 0.1 / 3
            p += weight * exp(Double(experts[k][t]))
          }
          return Float(0.9 * log(p) - 0.1 - own)
        }
        try write(record.id, weights: record.mixture.byName, set: set, logProbs: logProbs)
      }
    }
  }

  // MARK: Running

  /// Runs `tool` with flags that are separated by spaces.
  func run(_ tool: String, _ flags: String) throws -> ToolRun {
    try ToolRun(tool, flags.split(separator: " ").map(String.init), directory: folder)
  }

  var experts: String { domains.map { "4-logprobs/expert-\($0)" }.joined(separator: " ") }

  /// Makes everything up to the regressor.
  func prepare() throws {
    let base = MixtureRecord(
      id: "natural", mixture: try Mixture(["ArXiv": 0.2, "Book": 0.5, "Github": 0.3]))
    try replaceFile("\(folder)/base.jsonl", bytes: base.line)
    let sampled = try run("sample-mixtures", "-q -n 12 --base base.jsonl -o observed.jsonl")
    #expect(sampled.end == .exit(0) && sampled.output.isEmpty, "\(sampled.error)")
    let features = try run(
      "mde-features", "--mixtures observed.jsonl --experts \(experts) -o f.jsonl.zst")
    #expect(features.end == .exit(0), "\(features.error)")
    try writeRuns()
    let collected = try run("collect-runs", "\(runs) -o runs.jsonl")
    #expect(collected.end == .exit(0), "\(collected.error)")
    let fit = try run("fit-regressor", "--features f.jsonl.zst --runs runs.jsonl -o r.json")
    #expect(fit.end == .exit(0), "\(fit.error)")
    #expect(fit.output.contains("ridge-lambda-mde"))
  }

  private var runs: String {
    (1...12).map { "4-logprobs/mixture-\(String(format: "%03d", $0))" }.joined(separator: " ")
  }

  func read<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
    try JSON.decode(type, file: "\(folder)/\(name)")
  }
}
