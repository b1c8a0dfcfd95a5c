package import Formats
package import Storage

extension ObservedRun {
  /// The losses of a trained model, from its cached log-probabilities.
  ///
  /// - Parameters:
  ///   - folder: one `.lp.zst` for each evaluation set.
  ///   - table: what the features were measured on, if there are any; other data are refused, naming both.
  package init(folder: String, measuredLike table: FeatureTable?) throws(FileError) {
    let measured = try MeasuredFolder(folder)
    if let table { try measured.requireSameData(as: table.header.sets, of: table.path) }
    try self.init(measured)
  }

  /// The losses of trained models, all measured on the same data.
  package static func read(folders: [String]) throws(FileError) -> [ObservedRun] {
    var known: [String: (data: EvaluationData, path: String)] = [:]
    var runs: [ObservedRun] = []
    for folder in folders {
      let measured = try MeasuredFolder(folder)
      for (set, found) in measured.sets.sorted(by: { $0.key < $1.key }) {
        if let known = known[set] {
          try measured.requireSameData(as: [set: known.data], of: known.path)
        }
        known[set] = (found.data, folder)
      }
      runs.append(try ObservedRun(measured))
    }
    return runs
  }

  private init(_ measured: MeasuredFolder) throws(FileError) {
    let model = measured.model
    guard let weights = model.weights else {
      throw .content(
        path: measured.folder,
        problem: "its model does not say what mixture it was trained on")
    }
    do {
      self.init(
        id: model.id, mixture: try Mixture(weights), losses: measured.sets.mapValues(\.loss),
        epochs: model.epochs, tokens: model.tokens)
    } catch { throw error.at(measured.folder, "model \(model.id)") }
  }
}

/// The losses of one model, from a folder of its log-probabilities.
private struct MeasuredFolder {
  let folder: String
  let model: LogProbHeader.Model
  private(set) var sets:
    [String: (path: String, data: EvaluationData, loss: MeasuredLoss)] = [:]

  init(_ folder: String) throws(FileError) {
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

  /// Throws if a set was measured on other data than `expected`, which `other` says.
  func requireSameData(
    as expected: [String: EvaluationData], of other: String
  ) throws(FileError) {
    for (set, found) in sets.sorted(by: { $0.key < $1.key }) {
      guard let expected = expected[set] else { continue }
      guard found.data.sha256 == expected.sha256, found.data.tokens == expected.tokens else {
        throw .content(
          path: found.path,
          problem: "was scored on other data of \(set) than \(other); score both the same way")
      }
    }
  }
}
