package import Storage

/// A line of a mixture file: `{"id":"mixture-003","weights":{"ArXiv":0.1,…}}`.
package struct MixtureRecord: Equatable, Sendable {
  package let id: String
  package let mixture: Mixture
  /// The publication that the weights come from, or nil.
  package let source: String?

  package init(id: String, mixture: Mixture, source: String? = nil) {
    (self.id, self.mixture, self.source) = (id, mixture, source)
  }

  /// Creates the record of mixture number `number` of those named `PREFIX-001` and so on.
  package init(_ prefix: String, number: Int, mixture: Mixture) {
    self.init(id: Self.id(prefix, number: number), mixture: mixture)
  }

  /// The name of the mixture, `PREFIX-001` and so on.
  package static func id(_ prefix: String, number: Int) -> String {
    let digits = String(number)
    return "\(prefix)-" + String(repeating: "0", count: max(0, 3 - digits.count)) + digits
  }

  /// The record as one line of JSON, without the line break.
  package var line: [UInt8] {
    JSON.encode(MixtureLine(id: id, weights: mixture.byName, source: source))
  }
}

/// A file of mixtures, one JSON object on each line.
package struct MixtureFile: Sendable {
  package let path: String
  package let records: [MixtureRecord]
  /// A warning for each mixture whose weights were divided by their sum, as `path: where: what`.
  package let warnings: [String]

  /// Reads the mixtures of a file.
  ///
  /// - Parameter path: The file, of any compression, or `-` for standard input.
  /// - Throws: `FileError` if it cannot be read, a line is no mixture, an id is there twice, or
  ///   there is no mixture.
  package init(reading path: String) throws(FileError) {
    let reader = try LineReader(path)
    self.path = reader.name
    var records: [MixtureRecord] = []
    var warnings: [String] = []
    var lineOfID: [String: Int] = [:]
    while let line = try reader.next() {
      guard !line.bytes.allSatisfy(\.isSpace) else { continue }
      let place = "line \(line.number)"
      let fields = try JSON.decode(
        MixtureLine.self, from: line.bytes, path: reader.name, place: place)
      if let first = lineOfID.updateValue(line.number, forKey: fields.id) {
        throw .content(
          path: reader.name, place: place,
          problem: "id \(fields.id) was given on line \(first) already")
      }
      let mixture: Mixture
      do { mixture = try Mixture(fields.weights) } catch { throw error.at(reader.name, place) }
      if let correction = mixture.correction {
        warnings.append("\(reader.name): \(place): \(correction)")
      }
      records.append(MixtureRecord(id: fields.id, mixture: mixture, source: fields.source))
    }
    guard !records.isEmpty else { throw .content(path: self.path, problem: "holds no mixture") }
    (self.records, self.warnings) = (records, warnings)
  }

  /// Returns the mixture of that id.
  ///
  /// - Throws: `FileError.content`, which names the mixtures of the file, if it is none of them.
  package func record(_ id: String) throws(FileError) -> MixtureRecord {
    guard let record = records.first(where: { $0.id == id }) else {
      throw .content(
        path: path,
        problem: "holds no mixture \(id), only " + records.map(\.id).joined(separator: ", "))
    }
    return record
  }

  /// Returns every mixture's weights in the order of `domains`.
  ///
  /// - Throws: `FileError.content` for a mixture that `Mixture.weights` refuses.
  package func weights(
    over domains: [String], absentIsZero: Bool = false
  ) throws(FileError) -> [[Double]] {
    var rows: [[Double]] = []
    for record in records {
      do {
        rows.append(try record.mixture.weights(over: domains, absentIsZero: absentIsZero))
      } catch { throw error.at(path, record.id) }
    }
    return rows
  }

  /// Returns every mixture's id and its weights in the order of `domains`; a domain that a mixture
  /// does not name has weight 0 there.
  ///
  /// - Throws: `FileError` if a mixture names a domain that is not in `domains`.
  package func named(
    over domains: [String]
  ) throws(FileError) -> [(id: String, weights: [Double])] {
    zip(records, try weights(over: domains, absentIsZero: true)).map { ($0.id, $1) }
  }
}

private struct MixtureLine: Codable {
  var id: String
  var weights: [String: Double]
  var source: String?
}

extension UInt8 {
  /// Whether the byte is a space, tab or carriage return, which a blank line may hold.
  fileprivate var isSpace: Bool { self == 32 || self == 9 || self == 13 }
}
