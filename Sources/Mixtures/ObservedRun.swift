package import Formats
import Foundation
package import Storage

/// A trained mixture and its losses: `{"id":"mixture-003","weights":{…},"losses":{"ArXiv":3.2,…}}`.
package struct ObservedRun: Equatable, Sendable {
  package let id: String
  package let mixture: Mixture
  /// Nats per token, by evaluation set.
  package let losses: [String: MeasuredLoss]
  /// How often each domain's data were read, where that is known.
  package let epochs: [String: Double]?
  /// Tokens learned from each domain, where that is known.
  package let tokens: [String: Int]?

  package init(
    id: String, mixture: Mixture, losses: [String: MeasuredLoss], epochs: [String: Double]? = nil,
    tokens: [String: Int]? = nil
  ) {
    (self.id, self.mixture, self.losses) = (id, mixture, losses)
    (self.epochs, self.tokens) = (epochs, tokens)
  }

  /// As a line of JSON, without the line break.
  package var line: [UInt8] {
    JSON.encode(
      RunLine(
        id: id, weights: mixture.byName, losses: losses.mapValues { .init(measured: $0) },
        epochs: epochs, tokens: tokens))
  }

  /// Reads JSON lines of any compression; a loss is a number, or an object with `nats`.
  package static func read(_ path: String) throws(FileError) -> [ObservedRun] {
    let reader = try LineReader(path)
    var runs: [ObservedRun] = []
    while let line = try reader.next() {
      let place = "line \(line.number)"
      let fields = try JSON.decode(
        RunLine.self, from: line.bytes, path: reader.name, place: place)
      let mixture: Mixture
      do { mixture = try Mixture(fields.weights) } catch { throw error.at(reader.name, place) }
      for (set, loss) in fields.losses where !(loss.measured.nats.isFinite) {
        throw .content(path: reader.name, place: place, problem: "loss of \(set) is not finite")
      }
      runs.append(
        ObservedRun(
          id: fields.id, mixture: mixture, losses: fields.losses.mapValues(\.measured),
          epochs: fields.epochs, tokens: fields.tokens))
    }
    guard !runs.isEmpty else { throw .content(path: path, problem: "holds no runs") }
    return runs
  }

  /// Joins a table of weights with a table of losses, as RegMix and Olmix publish theirs.
  ///
  /// Every key of one has to be in the other. An empty field of `losses` is a loss that was not measured.
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

/// The paths of the log-probability files of `folder`, in the order of their names.
package func logProbFiles(in folder: String) throws(FileError) -> [String] {
  let names: [String]
  do { names = try FileManager.default.contentsOfDirectory(atPath: folder) } catch {
    throw .system(path: folder, action: "open for reading", code: ENOENT)
  }
  let paths = names.filter { $0.hasSuffix(".lp.zst") }.sorted().map { "\(folder)/\($0)" }
  guard !paths.isEmpty else {
    throw .content(path: folder, problem: "holds no .lp.zst file; score the model first")
  }
  return paths
}
