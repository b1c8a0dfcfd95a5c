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
      parameters: parameters, trainer: run?.provenance.tool,
      precision: run?.provenance.flags["precision"])
  }

  /// What a person should know of models that differ in more than their mixture, or nil if they
  /// were trained alike as far as they tell.
  package static func difference(_ models: [Self]) -> String? {
    let ways = Dictionary(grouping: models) { model in
      [model.precision, model.trainer.map { "by \($0)" }].compactMap(\.self)
        .joined(separator: " ")
    }
    guard ways.count > 1 else { return nil }
    let parts = ways.sorted { $0.key < $1.key }.map { way, models in
      let others = models.count > 1 ? " and \(models.count - 1) more" : ""
      return "\(models[0].id)\(others) \(way.isEmpty ? "in an unknown way" : way)"
    }
    return "models were trained in different ways, which moves losses as mixtures do: "
      + parts.joined(separator: ", ")
  }
}
