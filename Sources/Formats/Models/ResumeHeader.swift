package import Storage

/// The header of a resume point, `resume.zst`, which says of what run it is, and how far that got.
package struct ResumeHeader: Codable, Equatable, Sendable {
  package static let format = "mde.resume"
  package static let version = 1

  package var provenance: Provenance
  /// The weight of each domain in the mixture asked for.
  package var weights: [String: Double]
  /// The number of steps that were taken.
  package var step: Int
  /// The number of values in each vector: parameters, mean and square of the gradient.
  package var length: Int

  package init(provenance: Provenance, weights: [String: Double], step: Int, length: Int) {
    (self.provenance, self.weights) = (provenance, weights)
    (self.step, self.length) = (step, length)
  }

  /// Decodes the header of a file.
  ///
  /// - Throws: `FileError.content` if it is of another format.
  package init(_ file: FramedReader) throws(FileError) {
    self = try JSON.decode(ResumeHeader.self, from: file.header, path: file.path, place: "header")
    try provenance.require(Self.format, versions: Self.version...Self.version, path: file.path)
  }

  /// The first thing in which the runs of two resume points differ, or nil if they are the same.
  package func difference(from other: ResumeHeader) -> String? {
    let (mine, others) = (provenance, other.provenance)
    for flag in Set(mine.flags.keys).union(others.flags.keys).sorted()
    where mine.flags[flag] != others.flags[flag] {
      return "--\(flag) was \(mine.flags[flag] ?? "not given")"
    }
    if mine.seed != others.seed { return "--seed was \(mine.seed ?? 0)" }
    if weights != other.weights { return "the mixture was another" }
    if mine.inputs != others.inputs { return "the tokens or the tokenizer were others" }
    if mine != others { return "\(mine.tool) was of revision \(mine.revision)" }
    return length == other.length ? nil : "the model had another size"
  }
}
