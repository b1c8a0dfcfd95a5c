package import Formats
package import Storage

/// The folder of an earlier run: its domains, its models and its answer.
package struct OldRun: Sendable {
  package struct Model: Sendable {
    package let name: String
    package let record: RunRecord

    /// The domain that this is the expert of, or nil.
    var expertOf: String? {
      let domains = record.weights.filter { $0.value > 0 }
      guard let domain = domains.keys.first, domains.count == 1 else { return nil }
      return name == "expert-\(domain)" ? domain : nil
    }
  }

  package let folder: String
  /// The models, in the order of their names.
  package let models: [Model]
  /// The token folders of the domains that the models know, in the order of their names.
  package let domains: [TokenFolder]
  /// The weights of the run's proposal; nil if it has none.
  package let answer: [String: Double]?

  /// Reads what the folder of a run says of itself.
  ///
  /// - Throws: `FileError` if it has no trained models, or not the tokens of their domains.
  package init(_ folder: String) throws(FileError) {
    self.folder = folder
    let trained = try names(inFolder: "\(folder)/3-models").filter {
      isFile("\(folder)/3-models/\($0)/model.safetensors")
    }
    guard !trained.isEmpty else {
      throw .content(
        path: "\(folder)/3-models", problem: "holds no trained model; give the folder of a run")
    }
    var models: [Model] = []
    for name in trained {
      models.append(
        Model(name: name, record: try RunRecord(file: "\(folder)/3-models/\(name)/run.json")))
    }
    self.models = models
    var domains: [TokenFolder] = []
    for name in Set(models.flatMap(\.record.weights.keys)).sorted() {
      domains.append(try TokenFolder("\(folder)/1-tokens/\(name)"))
    }
    self.domains = domains
    let proposal = "\(folder)/7-proposal/proposal.json"
    answer = isFile(proposal) ? try JSON.decode(Answer.self, file: proposal).weights : nil
  }

  private struct Answer: Decodable { let weights: [String: Double] }
}
