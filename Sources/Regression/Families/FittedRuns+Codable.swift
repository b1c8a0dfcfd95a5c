package import Formats
import Mixtures

/// Fitted regressors with their out-of-fold scores: `.json`, format `mde.regressor`.
package typealias RegressorFile = Provenanced<FittedRuns>

extension FittedRuns: StoredValue {
  package static let format = "mde.regressor"
  package static let version = 5

  package var problem: String? {
    if !families.contains(where: { $0.name == family }) {
      return "its family \(family) is not among its families"
    }
    if data.ids.isEmpty { return "holds no runs" }
    if (try? DomainGroups(groupRatios)) == nil { return "two of its groups have a domain" }
    return Set(data.ids).count == data.ids.count ? nil : "has two runs of one id"
  }
}

/// The keys of a file, in which every array of numbers is an object of names.
private struct StoredFit: Codable {
  var domains: [String]
  var sets: [String]
  var mdeSets: [String]
  var objective: MeanObjective
  var beta: Double
  var logFloor: Double
  var epochsAtFullWeight: [String: Double]?
  var protocolName: String
  var family: String
  var families: [Family]
  var runs: [Run]
  var noise: SeedNoise?
  var targets: [String]?
  var bitsPerByte: [String: Double]?
  var groups: [String: [String: Double]]?
  var scale: FittedScale?

  struct Family: Codable {
    var name: String
    var summary: String
    var inputs: [String]
    var isCalibrated: Bool
    var scores: FamilyScores?
    var outOfFold: [String: [String: Double]]?
    var deviations: [String: Double]?
    var model: RegressorModel
  }

  struct Run: Codable {
    var id: String
    var weights: [String: Double]
    var losses: [String: Double]
    var mde: [String: Double]
  }
}

extension FittedRuns: Codable {
  package func encode(to encoder: any Encoder) throws {
    let (domains, sets) = (NameIndex(data.domains), NameIndex(data.sets))
    let (mdeSets, runs) = (NameIndex(data.mdeSets), NameIndex(data.ids))
    try StoredFit(
      domains: data.domains, sets: data.sets, mdeSets: data.mdeSets, objective: objective,
      beta: beta, logFloor: logFloor,
      epochsAtFullWeight: data.epochsAtFullWeight.map { domains.dictionary($0) },
      protocolName: protocolName, family: family,
      families: families.map { family in
        .init(
          name: family.name, summary: family.summary, inputs: family.inputs.names,
          isCalibrated: family.isCalibrated, scores: family.scores,
          outOfFold: family.isHeldOut
            ? runs.dictionary(family.outOfFold.map { sets.dictionary($0) }) : nil,
          deviations: family.deviations.map { runs.dictionary($0) }, model: family.model)
      },
      runs: data.ids.indices.map { run in
        .init(
          id: data.ids[run], weights: domains.dictionary(data.weights[run]),
          losses: sets.dictionary(data.losses[run]).filter { !$0.value.isNaN },
          mde: mdeSets.dictionary(data.mde[run]))
      }, noise: noise, targets: targets.isEmpty ? nil : targets,
      bitsPerByte: bitsPerByte.isEmpty ? nil : bitsPerByte,
      groups: groupRatios.isEmpty ? nil : groupRatios, scale: scale
    ).encode(to: encoder)
  }

  /// Reads the file's keys.
  ///
  /// - Throws: `DecodingError` if a name is twice in a list, a run or a family lacks a value, or an
  ///   input is unknown.
  package init(from decoder: any Decoder) throws {
    let stored = try StoredFit(from: decoder)
    func refuse(_ problem: String) -> DecodingError {
      .dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: problem))
    }
    func index(_ names: [String], _ what: String) throws -> NameIndex {
      guard Set(names).count == names.count else { throw refuse("a name is twice in its \(what)") }
      return NameIndex(names)
    }
    let (domains, sets) = (
      try index(stored.domains, "domains"), try index(stored.sets, "sets")
    )
    let (mdeSets, runs) = (
      try index(stored.mdeSets, "mdeSets"), try index(stored.runs.map(\.id), "runs")
    )
    func vector<Value>(
      _ index: NameIndex, _ values: [String: Value], _ what: String
    ) throws -> [Value] {
      guard let vector = index.vector(values) else { throw refuse("\(what) lack a name") }
      return vector
    }
    let data = RegressionData(
      ids: runs.names, domains: domains.names, sets: sets.names, mdeSets: mdeSets.names,
      weights: try stored.runs.map { try vector(domains, $0.weights, "weights of \($0.id)") },
      mde: try stored.runs.map { try vector(mdeSets, $0.mde, "MDE losses of \($0.id)") },
      losses: stored.runs.map { sets.vector($0.losses, absent: .nan) },
      objective: sets.vector(stored.objective.weights, absent: 0),
      epochsAtFullWeight: try stored.epochsAtFullWeight.map {
        try vector(domains, $0, "epochsAtFullWeight")
      })
    self.init(
      data: data, objective: stored.objective, beta: stored.beta, logFloor: stored.logFloor,
      protocolName: stored.protocolName, family: stored.family,
      families: try stored.families.map { family in
        guard let inputs = Inputs(names: family.inputs) else {
          throw refuse("\(family.name) has inputs other than weights and mde")
        }
        return FittedFamily(
          name: family.name, summary: family.summary, inputs: inputs,
          isCalibrated: family.isCalibrated, scores: family.scores,
          outOfFold: try family.outOfFold.map { outOfFold in
            try vector(runs, outOfFold, "predictions of \(family.name)").map {
              try vector(sets, $0, "predictions of \(family.name)")
            }
          } ?? data.losses.map { $0.map { _ in .nan } },
          deviations: try family.deviations.map {
            try vector(runs, $0, "deviations of \(family.name)")
          }, model: family.model)
      }, noise: stored.noise, targets: stored.targets ?? [],
      bitsPerByte: stored.bitsPerByte ?? [:], groupRatios: stored.groups ?? [:], scale: stored.scale
    )
  }
}

extension FittedFamily {
  /// Whether runs were held out of its fits.
  fileprivate var isHeldOut: Bool { !outOfFold.joined().contains(where: \.isNaN) }
}
