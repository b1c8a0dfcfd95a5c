package import Storage

/// The losses of mixtures of data experts: `.jsonl.zst`, format `mde.features`.
///
/// The first line is the header, then one line for each mixture and β.
package struct FeatureTable: Sendable {
  package static let format = "mde.features"
  package static let version = 1

  package struct Header: Codable, Equatable, Sendable {
    package var provenance: Provenance
    /// One expert each.
    package var domains: [String]
    package var sets: [String: EvaluationData]

    package init(provenance: Provenance, domains: [String], sets: [String: EvaluationData]) {
      (self.provenance, self.domains, self.sets) = (provenance, domains, sets)
    }
  }

  /// What the losses of one evaluation set were measured on.
  package struct EvaluationData: Codable, Equatable, Sendable {
    package var split: String
    /// SHA-256 of the token file.
    package var sha256: String
    package var tokens: Int
    package var bytes: Int
    package var documents: Int

    package init(split: String, sha256: String, tokens: Int, bytes: Int, documents: Int) {
      (self.split, self.sha256) = (split, sha256)
      (self.tokens, self.bytes, self.documents) = (tokens, bytes, documents)
    }
  }

  package struct Row: Codable, Equatable, Sendable {
    package var id: String
    package var weights: [String: Double]
    /// 0: the plain mixture of experts; see β-MDE.
    package var beta: Double
    /// By evaluation set.
    package var features: [String: MeasuredLoss]

    package init(
      id: String, weights: [String: Double], beta: Double, features: [String: MeasuredLoss]
    ) {
      (self.id, self.weights, self.beta, self.features) = (id, weights, beta, features)
    }
  }

  package let path: String
  package let header: Header
  package let rows: [Row]

  package init(reading path: String) throws(FileError) {
    self.path = path
    let reader = try LineReader(path)
    guard let first = try reader.next() else {
      throw .content(path: reader.name, problem: "is empty; make it again")
    }
    header = try decodeArtifact(
      Header.self, from: first.bytes, as: Self.format, version: Self.version, path: reader.name,
      place: "line 1")
    var rows: [Row] = []
    while let line = try reader.next() {
      let place = "line \(line.number)"
      let row = try JSON.decode(Row.self, from: line.bytes, path: reader.name, place: place)
      guard row.features.keys.sorted() == header.sets.keys.sorted() else {
        throw .content(
          path: reader.name, place: place, problem: "its evaluation sets are not those of line 1")
      }
      rows.append(row)
    }
    guard !rows.isEmpty else { throw .content(path: reader.name, problem: "holds no features") }
    self.rows = rows
  }
}

/// A mean loss and how well it is known.
package struct MeasuredLoss: Codable, Equatable, Sendable {
  /// Nats per token.
  package var nats: Double
  package var bitsPerByte: Double?
  /// Of `nats`, from the spread between documents.
  package var standardError: Double?

  package init(nats: Double, bitsPerByte: Double? = nil, standardError: Double? = nil) {
    (self.nats, self.bitsPerByte, self.standardError) = (nats, bitsPerByte, standardError)
  }
}
