package import Formats
package import Storage

extension ObservedRun {
  /// The losses of a trained model, from its cached log-probabilities.
  ///
  /// - Parameters:
  ///   - folder: one `.lp.zst` for each evaluation set.
  ///   - table: what the features were measured on, if there are any; other data are refused, naming both.
  package init(folder: String, measuredLike table: FeatureTable?) throws(FileError) {
    var losses: [String: MeasuredLoss] = [:]
    var model: LogProbHeader.Model?
    for path in try logProbFiles(in: folder) {
      let reader = try LogProbFileReader(path)
      let (evaluation, found) = (reader.header.evaluation, reader.header.model)
      if let model, model != found {
        throw .content(
          path: path, place: "header",
          problem: "model \(found.id), beside \(model.id) in one folder")
      }
      model = found
      let sum = try reader.lossSum()
      if let table, let expected = table.header.sets[evaluation.set],
        evaluation.sha256 != expected.sha256 || sum.tokens != expected.tokens
      {
        throw .content(
          path: path,
          problem:
            "was scored on other data of \(evaluation.set) than \(table.path); score both the same way"
        )
      }
      losses[evaluation.set] = MeasuredLoss(sum)
    }
    guard let model, let weights = model.weights else {
      throw .content(path: folder, problem: "its model does not say what mixture it was trained on")
    }
    do { 
      self.init(
        id: model.id, mixture: try Mixture(weights), losses: losses, epochs: model.epochs)
    } catch {
      throw error.at(folder, "model \(model.id)")
    }
  }
}

extension LogProbFileReader {
  /// The loss of the whole file.
  package func lossSum() throws(FileError) -> LossSum {
    var sum = LossSum()
    for index in 0..<blockCount {
      let block = try block(index)
      for document in 0..<block.documentCount {
        let logProbs = block[document]
        sum.add(
          nats: -logProbs.reduce(0) { $0 + Double($1) }, tokens: logProbs.count,
          bytes: block.bytes[document])
      }
    }
    return sum
  }
}

extension MeasuredLoss {
  package init(_ sum: LossSum) {
    self.init(nats: sum.mean, bitsPerByte: sum.bitsPerByte, standardError: sum.standardError)
  }
}

extension FeatureTable.EvaluationData {
  package init(_ evaluation: LogProbHeader.Evaluation, _ loss: LossSum) {
    self.init(
      split: evaluation.split, sha256: evaluation.sha256, tokens: loss.tokens, bytes: loss.bytes,
      documents: loss.documents)
  }
}
