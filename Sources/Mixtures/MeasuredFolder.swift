package import Formats
package import Storage

/// The losses of one model, from a folder with a `.lp.zst` file for each evaluation set.
package struct MeasuredFolder: Sendable {
  package let folder: String
  package let model: LogProbHeader.Model
  /// The file of each evaluation set, what it was measured on, and the loss.
  package private(set) var sets:
    [String: (path: String, data: EvaluationData, loss: MeasuredLoss)] = [:]

  /// Reads the files of `folder`.
  ///
  /// - Throws: `FileError` if one cannot be read, there is none, or they are not of one model.
  package init(_ folder: String) throws(FileError) {
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
      sets[evaluation.set] = (path, .init(evaluation, sum), MeasuredLoss(sum))
    }
    guard let model else { throw .content(path: folder, problem: "holds no log-probabilities") }
    (self.folder, self.model) = (folder, model)
  }

  /// Returns the run of the model.
  ///
  /// - Throws: `FileError` if the model does not say what mixture it was trained on.
  package func run() throws(FileError) -> ObservedRun {
    guard let weights = model.weights else {
      throw .content(
        path: folder, problem: "its model does not say what mixture it was trained on")
    }
    do {
      return ObservedRun(
        id: model.id, mixture: try Mixture(weights), losses: sets.mapValues(\.loss),
        epochs: model.epochs, tokens: model.tokens, parameters: model.parameters,
        model: model.sha256)
    } catch { throw error.at(folder, "model \(model.id)") }
  }
}
