package import Formats
package import Mixtures
package import Storage

/// The cached log-probabilities of k experts on the same evaluation sets, read block by block.
package struct ExpertScores: Sendable {
  /// Which domain is whose expert's.
  package let groups: DomainGroups
  /// The experts by their domain or group, sorted; they are cached or virtual.
  package var experts: [String] { groups.parts }
  /// The domains, sorted.
  package var domains: [String] { groups.domains }
  /// The evaluation sets, sorted by name.
  package let sets: [ScoredSet]

  /// Opens the files of the experts.
  ///
  /// - Parameters:
  ///   - folders: The folders of the cached experts, each with a file for each evaluation set.
  ///   - virtual: The experts made of those, as `VirtualExpert.read` takes them.
  /// - Throws: `FileError` if a file cannot be read, or files do not belong together; it names
  ///   both.
  package init(folders: [String], virtual arguments: [String] = []) throws(FileError) {
    var readers: [String: [String: LogProbFileReader]] = [:]  // by domain, then by set
    var folderOf: [String: String] = [:]
    var trainedOn: [String: [String: Double]] = [:]
    for folder in folders {
      for path in try logProbFiles(in: folder) {
        let reader = try LogProbFileReader(path)
        let (domain, weights) = try Self.part(of: reader)
        trainedOn[domain] = weights
        if let other = folderOf.updateValue(folder, forKey: domain), other != folder {
          throw .content(
            path: folder, problem: "is the expert of \(domain), as \(other) is; give one of them")
        }
        readers[domain, default: [:]][reader.header.evaluation.set] = reader
      }
    }
    guard let first = readers.min(by: { $0.key < $1.key }) else {
      throw .content(path: "", problem: "no experts")
    }
    let trained = readers.keys.sorted()
    for domain in trained {
      let names = Set(readers[domain, default: [:]].keys)
      for set in names.symmetricDifference(first.value.keys).sorted() {
        let (has, lacks) = names.contains(set) ? (domain, first.key) : (first.key, domain)
        throw .content(
          path: folderOf[lacks] ?? lacks,
          problem: "has no scores of \(set), which \(folderOf[has] ?? has) has; score it too")
      }
    }
    let virtual = try Self.virtualExperts(arguments, trained: trained)
    let domains = (trained + virtual.map(\.name)).sorted()
    let recipes = domains.map { name in
      virtual.first { $0.name == name }.map { expert in trained.map { expert.parts[$0] ?? 0 } }
    }
    for expert in virtual { trainedOn[expert.name] = [expert.name: 1] }
    do throws(DomainGroups.Shared) {
      groups = try DomainGroups(trainedOn)
    } catch {
      throw .content(
        path: folderOf[error.parts[1]] ?? error.parts[1],
        problem: "its expert has \(error.domain), which that of "
          + "\(folderOf[error.parts[0]] ?? error.parts[0]) has; give one of them")
    }
    var sets: [ScoredSet] = []
    for name in first.value.keys.sorted() {
      sets.append(
        try ScoredSet(
          name: name, readers: trained.compactMap { readers[$0]?[name] },
          recipes: recipes))
    }
    self.sets = sets
  }

  /// The models of the cached experts; a virtual expert is none.
  package var models: [LogProbHeader.Model] { sets.first?.models ?? [] }

  /// Reads the evaluation sets: what they are for, and how long their texts are.
  ///
  /// - Throws: `FileError` if a file cannot be read.
  package func evaluationSets() throws(FileError) -> EvaluationSets {
    var data: [String: EvaluationData] = [:]
    for set in sets { data[set.name] = EvaluationData(set.evaluation, try set.firstLoss()) }
    return EvaluationSets(
      sets.map(\.name), domains: domains, targets: data.targets, bitsPerByte: data.bitsPerByte)
  }

  /// Requires that the experts, which have the same domains, are the models that made `other`.
  ///
  /// - Throws: `FileError.content` if one is another model, or has another tokenizer.
  package func requireModels(of other: ExpertScores) throws(FileError) {
    guard let first = other.sets.first else { return }
    for set in sets { try set.requireModels(of: first) }
  }

  /// Reads the virtual experts of all arguments.
  ///
  /// - Throws: `FileError` if a name is there twice, or a part is none of the `trained` experts.
  private static func virtualExperts(
    _ arguments: [String], trained: [String]
  ) throws(FileError) -> [VirtualExpert] {
    var experts: [VirtualExpert] = []
    for argument in arguments {
      for expert in try VirtualExpert.read(argument) {
        if (trained + experts.map(\.name)).contains(expert.name) {
          throw .content(
            path: argument,
            problem: "there is an expert \(expert.name) already; choose another name")
        }
        for part in expert.parts.keys.sorted() where !trained.contains(part) {
          throw .content(
            path: argument,
            problem: "\(expert.name) has a part \(part), but the experts are "
              + trained.joined(separator: ", "))
        }
        experts.append(expert)
      }
    }
    return experts
  }

  /// Returns the domain that the model of `reader` was trained on, or else the group, with the
  /// weights of its domains.
  private static func part(
    of reader: LogProbFileReader
  ) throws(FileError) -> (name: String, weights: [String: Double]) {
    let model = reader.header.model
    guard let weights = model.weights else {
      // A model from elsewhere has its domain's name.
      let name = DomainGroups.part(ofModel: model.id)
      return (name, [name: 1])
    }
    let positive = weights.filter { $0.value > 0 }
    guard let first = positive.first else {
      throw .content(
        path: reader.path, place: "header",
        problem: "model \(model.id) tells no domain that it is the expert of")
    }
    if positive.count == 1 { return (first.key, [first.key: 1]) }
    guard model.id.hasPrefix(DomainGroups.expertPrefix) else {
      throw .content(
        path: reader.path, place: "header",
        problem: "model \(model.id) is no expert of one domain; the expert of a group of them is "
          + "named \(DomainGroups.expertPrefix)GROUP")
    }
    return (DomainGroups.part(ofModel: model.id), positive)
  }
}
