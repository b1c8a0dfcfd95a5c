package import Formats
package import Storage

/// Which log-probabilities of old models are those of the new run's evaluation sets.
///
/// A file of them is of a new set as well where the set has the same documents. Its header then
/// names the model, its mixture and the set as they are called now.
package struct ReusedScores: Sendable {
  /// A new evaluation set, and the digest of its token file.
  private struct Place: Sendable {
    let set: String
    let sha256: String
  }
  /// By old set and split.
  private var places: [String: Place] = [:]
  /// The new sets and splits, as `validation/Book`.
  package let wanted: [String]

  /// Compares the evaluation sets of an earlier run with those of a new one.
  ///
  /// - Parameters:
  ///   - sets: The token folders of all new evaluation sets: domains, targets, end tasks.
  ///   - areKept: Whether models are scored as they were.
  /// - Throws: `FileError` if a token file cannot be read.
  package init(
    _ old: OldRun, sets: [TokenFolder], lineage: Lineage, areKept: Bool
  ) throws(FileError) {
    var wanted: [String] = []
    for new in sets {
      for split in new.contents.splits.keys.sorted() where split != "train" {
        wanted.append("\(split)/\(new.domain)")
        guard areKept, let sha256 = new.digest(of: split) else { continue }
        let place = Place(set: new.domain, sha256: sha256)
        for name in Self.candidates(for: new, lineage) {
          guard let before = try? TokenFolder("\(old.folder)/1-tokens/\(name)"),
            try before.hasSameDocuments(of: split, as: new)
          else { continue }
          places["\(split)/\(name)"] = place
        }
      }
    }
    self.wanted = wanted
  }

  /// The old sets that may have the documents of a new one.
  private static func candidates(for new: TokenFolder, _ lineage: Lineage) -> [String] {
    guard let b = NameIndex(lineage.news)[new.domain] else { return [new.domain] }
    return lineage.sources(of: b).map { lineage.olds[$0.old] }
  }

  /// Copies the log-probabilities of an old model that are of new sets.
  ///
  /// - Parameters:
  ///   - source: The folder of the old model's log-probabilities, which may be missing.
  ///   - model: What is said of the model now.
  ///   - folder: Where they are written, as `SPLIT/SET.lp.zst`.
  ///   - without: New sets that are left out.
  /// - Returns: The sets and splits copied, as in `wanted`.
  /// - Throws: `FileError` if a file cannot be read or written.
  package func copy(
    _ source: String, as model: (LogProbHeader.Model) -> LogProbHeader.Model, to folder: String,
    without: Set<String>
  ) throws(FileError) -> [String] {
    var copied: [String] = []
    for (key, place) in places.sorted(by: { $0.key < $1.key }) where !without.contains(place.set) {
      let path = "\(source)/\(key).lp.zst"
      guard isFile(path) else { continue }
      let file = try FramedReader(path)
      var header = try LogProbFileReader(path).header
      header.model = model(header.model)
      (header.evaluation.set, header.evaluation.sha256) = (place.set, place.sha256)
      let name = "\(header.evaluation.split)/\(place.set)"
      try createFolder("\(folder)/\(header.evaluation.split)")
      let output = try FramedWriter("\(folder)/\(name).lp.zst", header: JSON.encode(header))
      for index in 0..<file.blockCount { try output.append(try file.block(index)) }
      try output.commit(keepIfEqual: true)
      copied.append(name)
    }
    return copied
  }
}
