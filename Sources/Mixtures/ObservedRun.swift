package import Formats
import Storage

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
  /// The number of tokens learned, where it is known without those of each domain.
  package let totalTokens: Double?
  /// The number of parameters of the model, shared ones counted once; nil if that is not known.
  package let parameters: Int?
  /// The SHA-256 of the model's model.safetensors; nil if that is not known.
  package let model: String?

  package init(
    id: String, mixture: Mixture, losses: [String: MeasuredLoss], epochs: [String: Double]? = nil,
    tokens: [String: Int]? = nil, totalTokens: Double? = nil, parameters: Int? = nil,
    model: String? = nil
  ) {
    self.totalTokens = totalTokens
    (self.id, self.mixture, self.losses) = (id, mixture, losses)
    (self.epochs, self.tokens) = (epochs, tokens)
    (self.parameters, self.model) = (parameters, model)
  }

  /// The scale; nil if the number of parameters or of tokens is not known, or not above 0.
  package var scale: ModelScale? {
    let tokens = totalTokens ?? tokens.map { Double($0.values.reduce(0, +)) }
    guard let parameters, let tokens, parameters > 0, tokens > 0 else { return nil }
    return ModelScale(parameters: Double(parameters), tokens: tokens)
  }

  /// Returns the run under another id.
  package func renamed(_ id: String) -> ObservedRun {
    ObservedRun(
      id: id, mixture: mixture, losses: losses, epochs: epochs, tokens: tokens,
      totalTokens: totalTokens, parameters: parameters, model: model)
  }

  /// Returns the run with a scale where it has none.
  package func scaled(parameters: Int?, tokens: Double?) -> ObservedRun {
    ObservedRun(
      id: id, mixture: mixture, losses: losses, epochs: epochs, tokens: self.tokens,
      totalTokens: self.tokens == nil ? totalTokens ?? tokens : totalTokens,
      parameters: self.parameters ?? parameters, model: model)
  }

  /// The run as a line of JSON, without the line break.
  package var line: [UInt8] {
    JSON.encode(
      RunLine(
        id: id, weights: mixture.byName, losses: losses.mapValues { .init(measured: $0) },
        epochs: epochs, tokens: tokens.map { .byDomain($0) } ?? totalTokens.map { .total($0) },
        parameters: parameters, model: model))
  }

  /// Reads the run of a line of JSON, where a loss is a number or an object with `nats`.
  ///
  /// - Throws: `FileError` if the weights are no mixture, or a loss is not finite.
  init(
    line: LineReader.Line, path: String, tolerance: Double = Mixture.tolerance
  ) throws(FileError) {
    let place = "line \(line.number)"
    let fields = try JSON.decode(RunLine.self, from: line.bytes, path: path, place: place)
    let mixture: Mixture
    do { mixture = try Mixture(fields.weights, tolerance: tolerance) } catch {
      throw error.ofRun(path, place)
    }
    for (set, loss) in fields.losses where !loss.measured.nats.isFinite {
      throw .content(path: path, place: place, problem: "loss of \(set) is not finite")
    }
    try requireCounts(fields.tokens?.byDomain ?? [:], of: "tokens", path: path, place: place)
    self.init(
      id: fields.id, mixture: mixture, losses: fields.losses.mapValues(\.measured),
      epochs: fields.epochs, tokens: fields.tokens?.byDomain, totalTokens: fields.tokens?.total,
      parameters: fields.parameters, model: fields.model)
  }
}

private struct RunLine: Codable {
  var id: String
  var weights: [String: Double]
  var losses: [String: Loss]
  var epochs: [String: Double]?
  var tokens: Tokens?
  var parameters: Int?
  var model: String?

  /// Tokens by domain, or of all together.
  enum Tokens: Codable {
    case byDomain([String: Int])
    case total(Double)

    var byDomain: [String: Int]? { if case .byDomain(let tokens) = self { tokens } else { nil } }
    var total: Double? { if case .total(let tokens) = self { tokens } else { nil } }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .byDomain(let tokens): try container.encode(tokens)
      case .total(let tokens): try container.encode(tokens)
      }
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let total = try? container.decode(Double.self) {
        self = .total(total)
      } else {
        self = .byDomain(try container.decode([String: Int].self))
      }
    }
  }

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
