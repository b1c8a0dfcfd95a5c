package import Storage

extension LogProbHeader.Model {
  /// The model in `folder`, as its files and, if there is one, its run record describe it.
  package init(folder: String) throws(FileError) {
    let record = folder + "/run.json"
    let run = isFile(record) ? try RunRecord(file: record) : nil
    self.init(
      id: folder.split(separator: "/").last.map(String.init) ?? folder,
      sha256: try ModelWeights.digest(folder: folder),
      weights: run?.weights, tokens: run?.tokens, epochs: run?.epochs,
      parameters: run?.parameters)
  }
}
