package import Formats
package import Storage

/// A trained mixture and its losses: `{"id":"mixture-003","weights":{…},"losses":{"ArXiv":3.2,…}}`.
package struct ObservedRun: Equatable, Sendable {
  package let id: String
  package let mixture: Mixture
  /// The losses in nats per token, by evaluation set.
  package let losses: [String: MeasuredLoss]
  /// The number of times that each domain's data were read; nil if that is not known.
  package let epochs: [String: Double]?
  /// The number of tokens learned from each domain; nil if that is not known.
  package let tokens: [String: Int]?
  /// The number of parameters of the model, shared ones counted once; nil if that is not known.
  package let parameters: Int?
  /// The SHA-256 of the model's model.safetensors; nil if that is not known.
  package let model: String?

  package init(
    id: String, mixture: Mixture, losses: [String: MeasuredLoss], epochs: [String: Double]? = nil,
    tokens: [String: Int]? = nil, parameters: Int? = nil, model: String? = nil
  ) {
    (self.id, self.mixture, self.losses) = (id, mixture, losses)
    (self.epochs, self.tokens) = (epochs, tokens)
    (self.parameters, self.model) = (parameters, model)
  }

  /// The run as a line of JSON, without the line break.
  package var line: [UInt8] {
    JSON.encode(
      RunLine(
        id: id, weights: mixture.byName, losses: losses.mapValues { .init(measured: $0) },
        epochs: epochs, tokens: tokens, parameters: parameters, model: model))
  }

  /// Reads the run of a line of JSON, where a loss is a number or an object with `nats`.
  ///
  /// - Throws: `FileError` if the weights are no mixture, or a loss is not finite.
  init(line: LineReader.Line, path: String) throws(FileError) {
    let place = "line \(line.number)"
    let fields = try JSON.decode(RunLine.self, from: line.bytes, path: path, place: place)
    let mixture: Mixture
    do { mixture = try Mixture(fields.weights) } catch { throw error.at(path, place) }
    for (set, loss) in fields.losses where !loss.measured.nats.isFinite {
      throw .content(path: path, place: place, problem: "loss of \(set) is not finite")
    }
    self.init(
      id: fields.id, mixture: mixture, losses: fields.losses.mapValues(\.measured),
      epochs: fields.epochs, tokens: fields.tokens, parameters: fields.parameters,
      model: fields.model)
  }

  /// Joins a table of weights with a table of losses, as RegMix and Olmix publish theirs.
  ///
  /// An empty field of `losses` is a loss that was not measured.
  ///
  /// - Throws: `FileError` if a key is in one of the tables only, or weights are no mixture.
  package static func joining(
    weights: CSVTable, losses: CSVTable
  ) throws(FileError) -> [ObservedRun] {
    let lossRows = NameIndex(losses.keys)
    for key in losses.keys where !weights.keys.contains(key) {
      throw .content(path: losses.path, problem: "run \(key) has no weights in \(weights.path)")
    }
    let (domains, sets) = (NameIndex(weights.shortColumns), NameIndex(losses.shortColumns))
    var runs: [ObservedRun] = []
    for (key, row) in zip(weights.keys, weights.rows) {
      guard let place = lossRows[key] else {
        throw .content(path: weights.path, problem: "run \(key) has no losses in \(losses.path)")
      }
      do {
        runs.append(
          ObservedRun(
            id: key, mixture: try Mixture(row, of: domains),
            losses: sets.dictionary(losses.rows[place]).filter { !$0.value.isNaN }
              .mapValues { MeasuredLoss(nats: $0) }))
      } catch { throw error.at(weights.path, "run \(key)") }
    }
    return runs
  }
}

private struct RunLine: Codable {
  var id: String
  var weights: [String: Double]
  var losses: [String: Loss]
  var epochs: [String: Double]?
  var tokens: [String: Int]?
  var parameters: Int?
  var model: String?

  struct Loss: Codable {
    let measured: MeasuredLoss
    init(measured: MeasuredLoss) { self.measured = measured }
    func encode(to encoder: any Encoder) throws { try measured.encode(to: encoder) }
    init(from decoder: any Decoder) throws {
      if let nats = try? decoder.singleValueContainer().decode(Double.self) {
        measured = MeasuredLoss(nats: nats)
      } else {
        measured = try MeasuredLoss(from: decoder)
      }
    }
  }
}
