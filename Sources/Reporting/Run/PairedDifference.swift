import Formats
import Storage

/// Returns the loss of `folder`'s model less that of `reference`'s, in nats per token.
///
/// It is the mean over the evaluation sets `sets`. Both models scored the same documents, so the
/// spread of the differences gives a much smaller standard error than the two losses alone.
///
/// - Throws: `FileError` if a file cannot be read, or the two are of other documents.
func pairedDifference(
  folder: String, reference: String, over sets: Set<String>
) throws(FileError) -> RunFolder.Difference {
  let (paths, references) = (try logProbFiles(in: folder), try logProbFiles(in: reference))
  var (total, variance, count) = (0.0, 0.0, 0.0)
  for (path, other) in zip(paths, references) {
    let (file, base) = (try LogProbFileReader(path), try LogProbFileReader(other))
    guard file.header.evaluation == base.header.evaluation else {
      throw .content(path: path, problem: "was not scored on the documents of \(other)")
    }
    guard sets.contains(file.header.evaluation.set) else { continue }
    var sum = LossSum()
    for (a, b) in zip(try file.documentLosses(), try base.documentLosses()) {
      sum.add(nats: a.nats - b.nats, tokens: a.tokens, bytes: a.bytes)
    }
    count += 1
    total += sum.mean
    variance += (sum.standardError ?? 0) * (sum.standardError ?? 0)
  }
  return (total / count, variance.squareRoot() / count)
}
