import Formats
import Mixtures
import Storage

/// Returns the objective of `folder`'s model less that of `reference`'s, in the objective's unit.
///
/// Both models scored the same documents, so the
/// spread of the differences gives a much smaller standard error than the two losses alone.
///
/// - Throws: `FileError` if a file cannot be read, or the two are of other documents.
func pairedDifference(
  folder: String, reference: String, over objective: MeanObjective
) throws(FileError) -> RunFolder.Difference {
  let (paths, references) = (try logProbFiles(in: folder), try logProbFiles(in: reference))
  var (total, variance) = (0.0, 0.0)
  for (path, other) in zip(paths, references) {
    let (file, base) = (try LogProbFileReader(path), try LogProbFileReader(other))
    guard file.header.evaluation == base.header.evaluation else {
      throw .content(path: path, problem: "was not scored on the documents of \(other)")
    }
    guard let weight = objective.weights[file.header.evaluation.set] else { continue }
    var sum = LossSum()
    for (a, b) in zip(try file.documentLosses(), try base.documentLosses()) {
      sum.add(nats: a.nats - b.nats, tokens: a.tokens, bytes: a.bytes)
    }
    let error = weight * (sum.standardError ?? 0)
    total += weight * sum.mean
    variance += error * error
  }
  return (total, variance.squareRoot())
}
