import Foundation
package import Storage

/// A trained mixture and its losses: `{"id":"mixture-003","weights":{…},"losses":{"ArXiv":3.2,…}}`.
package struct ObservedRun: Equatable, Sendable {
  package let id: String
  package let mixture: Mixture
  /// Nats per token, by evaluation set.
  package let losses: [String: MeasuredLoss]

  package init(id: String, mixture: Mixture, losses: [String: MeasuredLoss]) {
    (self.id, self.mixture, self.losses) = (id, mixture, losses)
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
          id: fields.id, mixture: mixture, losses: fields.losses.mapValues(\.measured)))
    }
    guard !runs.isEmpty else { throw .content(path: path, problem: "holds no runs") }
    return runs
  }
}

private struct RunLine: Decodable {
  var id: String
  var weights: [String: Double]
  var losses: [String: Loss]

  struct Loss: Decodable {
    let measured: MeasuredLoss
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
