import Experts
import Formats
import Mixtures
import Storage

/// The losses of models on evaluation sets, from their log-probability files.
struct ScoredModels {
  /// By model, then by evaluation set.
  private(set) var losses: [String: [String: MeasuredLoss]] = [:]
  /// The mixture of each model, where it is known.
  private(set) var headers: [String: LogProbHeader.Model] = [:]

  /// - Parameters:
  ///   - folders: `4-logprobs/MODEL/SPLIT` for each model.
  init(folders: [String]) throws(FileError) {
    for folder in folders {
      for path in try logProbFiles(in: folder) {
        let file = try LogProbFileReader(path)
        let sum = try documentLosses(of: file).reduce(into: LossSum()) {
          $0.add(nats: $1.nats, tokens: $1.tokens, bytes: $1.bytes)
        }
        let model = file.header.model
        headers[model.id] = model
        losses[model.id, default: [:]][file.header.evaluation.set] = MeasuredLoss(sum)
      }
    }
  }

  /// The mean over `sets` of a model's losses, with its standard error; nil if one is missing.
  func mean(of model: String, over sets: [String]) -> MeasuredLoss? {
    let found = sets.compactMap { losses[model]?[$0] }
    guard found.count == sets.count, !sets.isEmpty else { return nil }
    let count = Double(sets.count)
    let variance = found.reduce(0) { $0 + ($1.standardError ?? 0) * ($1.standardError ?? 0) }
    return MeasuredLoss(
      nats: found.reduce(0) { $0 + $1.nats } / count,
      standardError: variance.squareRoot() / count)
  }
}

/// The loss of each document of a file.
private func documentLosses(
  of file: LogProbFileReader
) throws(FileError) -> [(nats: Double, tokens: Int, bytes: Int)] {
  var documents: [(nats: Double, tokens: Int, bytes: Int)] = []
  for index in 0..<file.blockCount {
    let block = try file.block(index)
    for document in 0..<block.documentCount {
      let nats = -block[document].reduce(0.0) { $0 + Double($1) }
      documents.append((nats, block[document].count, block.bytes[document]))
    }
  }
  return documents
}

/// Loss of `folder`'s model minus that of `reference`'s on the same documents, averaged over the
/// evaluation sets `sets`, in nats per token.
///
/// Both scored the same documents, so the spread of the differences gives a much smaller standard error
/// than the two losses alone.
func pairedDifference(
  folder: String, reference: String, over sets: Set<String>
) throws(FileError) -> (nats: Double, standardError: Double) {
  let (paths, references) = (try logProbFiles(in: folder), try logProbFiles(in: reference))
  var (total, variance, count) = (0.0, 0.0, 0.0)
  for (path, other) in zip(paths, references) {
    let (file, base) = (try LogProbFileReader(path), try LogProbFileReader(other))
    guard file.header.evaluation == base.header.evaluation else {
      throw .content(path: path, problem: "was not scored on the documents of \(other)")
    }
    guard sets.contains(file.header.evaluation.set) else { continue }
    var sum = LossSum()
    for (a, b) in zip(try documentLosses(of: file), try documentLosses(of: base)) {
      sum.add(nats: a.nats - b.nats, tokens: a.tokens, bytes: a.bytes)
    }
    count += 1
    total += sum.mean
    variance += (sum.standardError ?? 0) * (sum.standardError ?? 0)
  }
  return (total / count, variance.squareRoot() / count)
}
