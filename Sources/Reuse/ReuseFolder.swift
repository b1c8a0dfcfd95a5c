import Formats
import Foundation
import Mixtures
package import Storage

/// What make reads of a plan: models to take, scores, mixtures, lists of names.
///
///     NAME/config.json …         links to the old model's files, NAME/run.json of the new domains
///     NAME/SPLIT/SET.lp.zst      its log-probabilities, where a new set has the same documents
///     mixtures.jsonl             the mixtures of the reused runs
///     further.jsonl              the mixtures to observe
///     lineage.tsv                what became of the old domains
///     plan.txt                   what is said
///     reuse.mk                   the names, for make; written last
package struct ReuseFolder: Sendable {
  package let plan: ReusePlan
  package let scores: ReusedScores
  package let path: String

  package init(_ plan: ReusePlan, scores: ReusedScores, path: String) {
    (self.plan, self.scores, self.path) = (plan, scores, path)
  }

  /// Writes the folder; files that would not change keep their time, but `reuse.mk`.
  ///
  /// - Returns: The lines of `plan.txt`.
  /// - Throws: `FileError` if something cannot be read or written.
  package func write() throws(FileError) -> [String] {
    var scored: [String: Set<String>] = [:]
    for reused in plan.experts + plan.runs { scored[reused.name] = try write(reused) }
    var (runs, further): ([MixtureRecord], [MixtureRecord]) = ([], [])
    for run in plan.runs {
      runs.append(
        .init(id: run.name, mixture: try mixture(run.weights), source: run.model.name))
    }
    for weights in plan.further {
      further.append(
        MixtureRecord("mixture", number: further.count + 1, mixture: try mixture(weights)))
    }
    try write(runs, to: "mixtures.jsonl")
    try write(further, to: "further.jsonl")
    try write(plan.lineage.table, to: "lineage.tsv")
    let lines = ReuseSentences(plan, unscored: unscored(scored)).lines
    try write(lines.map { $0 + "\n" }.joined(), to: "plan.txt")
    let names = [
      "reused := " + plan.runs.map(\.name).joined(separator: " "),
      "further := " + further.map(\.id).joined(separator: " "),
      "learned-sets := " + plan.seen.keys.sorted().joined(separator: " "),
    ]
    try createFolder(path)
    try replaceFile("\(path)/reuse.mk", bytes: Array(names.map { $0 + "\n" }.joined().utf8))
    return lines
  }

  /// Takes over one model; returns the sets and splits that need not be scored.
  private func write(_ reused: ReusePlan.Reused) throws(FileError) -> Set<String> {
    let folder = "\(path)/\(reused.name)"
    try createFolder(folder)
    let record = record(of: reused)
    try replaceFile(
      "\(folder)/run.json", keepIfEqual: true, bytes: JSON.encode(record) + [UInt8(ascii: "\n")])
    let model = "\(plan.old.folder)/3-models/\(reused.model.name)"
    for name in ["config.json", "tokenizer.json", "model.safetensors"] {
      try link("\(folder)/\(name)", to: "\(model)/\(name)")
    }
    let copied = try scores.copy(
      "\(plan.old.folder)/4-logprobs/\(reused.model.name)",
      as: { before in
        var now = before
        (now.id, now.weights) = (reused.name, record.weights)
        (now.tokens, now.epochs) = (record.tokens, record.epochs)
        return now
      }, to: folder, without: reused.isExpert ? [] : Set(plan.seen.keys))
    return Set(copied)
  }

  /// The record of a model over the new domains: what it learned, divided as its mixture is read.
  private func record(of reused: ReusePlan.Reused) -> RunRecord {
    var record = reused.model.record
    let learned = record.tokens.values.reduce(0, +)
    let same = Set(
      plan.lineage.news.indices.filter { plan.lineage.kind(of: $0) == .same }
        .map { plan.lineage.news[$0] })
    record.id = reused.name
    record.validationLosses = record.validationLosses.filter { same.contains($0.key) }
    let isSame = record.weights.allSatisfy { $0.value == 0 || same.contains($0.key) }
    record.weights = reused.isExpert ? reused.weights.filter { $0.value > 0 } : reused.weights
    if isSame { return record }
    (record.tokens, record.epochs) = ([:], [:])
    for new in plan.news {
      guard let weight = reused.weights[new.domain], weight > 0, learned > 0 else { continue }
      record.tokens[new.domain] = Int((weight * Double(learned)).rounded())
      record.epochs[new.domain] = weight * Double(learned) / Double(max(1, new.tokens("train")))
    }
    return record
  }

  /// How many models have new sets to be scored, and on which: of experts and runs the validation
  /// sets.
  private func unscored(_ scored: [String: Set<String>]) -> (models: Int, sets: [String]) {
    var (models, sets): (Int, Set<String>) = (0, [])
    for (name, done) in scored {
      let left = scores.wanted.filter {
        let (split, set) = parts(of: $0)
        let isLearned = name.hasPrefix("reused-") && plan.seen[set] != nil
        return split == "validation" && !done.contains($0) && !isLearned
      }
      if !left.isEmpty { models += 1 }
      sets.formUnion(left.map { parts(of: $0).set })
    }
    return (models, sets.sorted())
  }

  private func parts(of key: String) -> (split: Substring, set: String) {
    let parts = key.split(separator: "/", maxSplits: 1)
    return (parts[0], String(parts[1]))
  }

  private func mixture(_ weights: [String: Double]) throws(FileError) -> Mixture {
    do { return try Mixture(weights) } catch { throw error.at(path) }
  }

  private func write(_ records: [MixtureRecord], to name: String) throws(FileError) {
    guard !records.isEmpty else {
      // A file of mixtures has some.
      if isFile("\(path)/\(name)") { try removeFile("\(path)/\(name)") }
      return
    }
    try write(
      records.map { String(decoding: $0.line, as: UTF8.self) + "\n" }.joined(), to: name)
  }

  private func write(_ text: String, to name: String) throws(FileError) {
    try replaceFile("\(path)/\(name)", keepIfEqual: true, bytes: Array(text.utf8))
  }
}

/// Makes `path` a link to `target`, unless it is.
private func link(_ path: String, to target: String) throws(FileError) {
  let files = FileManager.default
  let absolute = URL(filePath: target).standardizedFileURL.path(percentEncoded: false)
  if (try? files.destinationOfSymbolicLink(atPath: path)) == absolute { return }
  do {
    if (try? files.destinationOfSymbolicLink(atPath: path)) != nil {
      try files.removeItem(atPath: path)
    }
    try files.createSymbolicLink(atPath: path, withDestinationPath: absolute)
  } catch { throw .system(path: path, action: "link", code: EEXIST) }
}
