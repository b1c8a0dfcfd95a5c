package import Formats
package import Storage

/// The header of a file of training sequences: what they are, and the mixture they come to.
///
/// The format is `mde.stream`; `stream.json`, beside files of any format, has the same keys and
/// the names of the files.
package struct StreamHeader: Codable, Equatable, Sendable {
  package static let format = "mde.stream"
  package static let reportFormat = "mde.stream-report"
  package static let version = 1

  /// One domain of positive weight, in the whole training, all ranks together.
  package struct Domain: Codable, Equatable, Sendable {
    package var domain: String
    /// The weight asked for.
    package var weight: Double
    /// The share of the sequences.
    package var achieved: Double
    package var sequences: Int
    /// The number of tokens learned.
    package var tokens: Int
    /// The number of tokens of one epoch.
    package var available: Int
    package var epochs: Double
  }

  /// A file that was written beside the report.
  package struct File: Codable, Equatable, Sendable {
    /// The name without the folder.
    package var name: String
    package var bytes: Int

    init(path: String, bytes: Int) {
      name = path.split(separator: "/").last.map(String.init) ?? path
      self.bytes = bytes
    }
  }

  package var provenance: Provenance
  /// The SHA-256 of the tokenizer.json.
  package var tokenizer: String
  package var vocabulary: Int
  package var endOfText: Int32
  package var context: Int
  package var batch: Int
  package var steps: Int
  package var fromStep: Int
  package var ranks: Int
  /// The reader that the file is for; nil in a report, which is of all.
  package var rank: Int?
  /// The number of sequences in the file, or in all files of a report.
  package var sequences: Int
  /// The weight of each domain that was asked for, those of weight 0 included.
  package var weights: [String: Double]
  package var domains: [Domain]
  /// The files, in a report.
  package var files: [File]?

  /// Describes what is written by `plan` of the mixture of `folders`.
  ///
  /// - Parameter available: The number of tokens of one epoch, by domain; of others all there are.
  package init(
    _ plan: StreamPlan, folders: [TokenFolder], weights: [String: Double],
    available: [String: Int] = [:], provenance: Provenance
  ) {
    self.provenance = provenance
    let contents = folders[0].contents
    (tokenizer, vocabulary) = (contents.tokenizer, contents.vocabulary)
    endOfText = contents.endOfText
    (context, batch, steps) = (plan.context, plan.batch, plan.steps)
    (fromStep, ranks, sequences) = (plan.fromStep, plan.ranks, plan.indices.count)
    self.weights = weights
    let shares = folders.map { weights[$0.domain, default: 0] }
    var schedule = DomainSchedule(shares)
    var counts = [Int](repeating: 0, count: folders.count)
    let total = plan.steps * plan.batch
    for _ in 0..<total { counts[schedule.next()] += 1 }
    domains = zip(folders, zip(shares, counts)).map { folder, amount in
      let tokens = amount.1 * plan.context
      let available = available[folder.domain] ?? folder.tokens("train")
      return Domain(
        domain: folder.domain, weight: amount.0,
        achieved: Double(amount.1) / Double(max(1, total)),
        sequences: amount.1, tokens: tokens, available: available,
        epochs: Double(tokens) / Double(available))
    }
  }

  /// Reads the report at `path`.
  ///
  /// - Throws: `FileError` if it cannot be read, is of another format, or contradicts itself.
  package init(report path: String) throws(FileError) {
    self = try decodeArtifact(
      Self.self, from: readFile(path), as: Self.reportFormat, version: Self.version, path: path)
    try check(path: path)
  }

  /// The header of the file of one rank.
  package func of(rank: Int) -> StreamHeader {
    var header = self
    (header.rank, header.sequences) = (rank, sequences / ranks)
    return header
  }

  /// Requires that the report at `path` is this one.
  ///
  /// - Throws: `FileError` if it cannot be read, or is another one.
  package func requireEqual(file path: String) throws(FileError) {
    guard try StreamHeader(report: path) == self else {
      throw .content(
        path: path,
        problem: "is of another mixture, other tokens or other flags; make the stream again")
    }
  }

  /// Checks that the numbers fit each other.
  ///
  /// - Throws: `FileError.content` for the file at `path` if they do not.
  package func check(path: String) throws(FileError) {
    // Few enough to be added up.
    let counts = 0..<1 << 52
    let (total, overflows) = steps.multipliedReportingOverflow(by: batch)
    let isSound =
      1...(1 << 31 - 1) ~= vocabulary && 0..<Int32(vocabulary) ~= endOfText
      && 1..<1 << 31 ~= context && batch > 0 && !overflows && counts ~= total
      && fromStep >= 0 && fromStep <= steps && ranks > 0 && batch % ranks == 0
      && 0..<ranks ~= rank ?? 0 && 1..<2048 ~= domains.count
      && sequences == (steps - fromStep) * batch / (rank == nil ? 1 : ranks)
      && domains.allSatisfy { counts ~= $0.sequences && $0.available > 0 }
      && domains.map(\.sequences).reduce(0, +) == total
      && domains.allSatisfy { $0.weight == weights[$0.domain] }
    guard isSound else {
      throw .content(path: path, place: "header", problem: "its numbers disagree")
    }
  }
}

extension RunRecord {
  /// The record of a model that learns the whole stream, as far as the stream tells.
  package init(_ stream: StreamHeader, id: String) {
    var provenance = stream.provenance
    (provenance.format, provenance.version) = (Self.format, Self.version)
    func byDomain<Value>(_ value: (StreamHeader.Domain) -> Value) -> [String: Value] {
      Dictionary(uniqueKeysWithValues: stream.domains.map { ($0.domain, value($0)) })
    }
    self.init(
      provenance: provenance, id: id, weights: stream.weights, tokens: byDomain(\.tokens),
      epochs: byDomain(\.epochs),
      pool: stream.provenance.flags["pool-for"].map { _ in byDomain(\.available) },
      steps: stream.steps, parameters: nil, trainingLoss: nil, validationLosses: [:])
  }
}
