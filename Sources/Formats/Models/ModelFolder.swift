package import Storage

extension LogProbHeader.Model {
  /// Describes the model in `folder` by its files and, if there is one, its run record.
  ///
  /// - Throws: `FileError` if a file cannot be read.
  package init(folder: String) throws(FileError) {
    let record = folder + "/run.json"
    let run = isFile(record) ? try RunRecord(file: record) : nil
    var parameters = run?.parameters
    if run != nil, parameters == nil {
      parameters = try ModelWeights(folder: folder).parameterCount
    }
    self.init(
      id: folder.split(separator: "/").last.map(String.init) ?? folder,
      sha256: try ModelWeights.digest(folder: folder),
      weights: run?.weights, tokens: run?.tokens, epochs: run?.epochs,
      parameters: parameters)
  }
}
