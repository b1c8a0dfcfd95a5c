import Formats
package import Mixtures

/// Observed runs, and the families that were fitted to them.
package struct FittedRuns: Equatable, Sendable {
  /// The runs in arrays, with their MDE losses.
  package var data: RegressionData
  /// The objective that the families were scored on, with its name.
  package var objective: MeanObjective
  /// The β of the MDE losses.
  package var beta: Double
  /// The number added to a weight before its logarithm is a feature.
  package var logFloor: Double
  /// The name of the folds: `leave-one-out`, or one such as `10 folds, 3 times`.
  package var protocolName: String
  /// The name of the family to search with, one of `families`.
  package var family: String
  package var families: [FittedFamily]
  /// The spread of runs of equal weights; nil if there are none.
  package var noise: SeedNoise?
  /// The names of the targets among the sets, if they were told.
  package var targets: [String]
  /// The bits per byte that a nat per token is, by set, if that was told.
  package var bitsPerByte: [String: Double]
  /// The groups of domains that share an expert, with their ratios; none of lone domains.
  package var groupRatios: [String: [String: Double]]
  /// The scales that were fitted and the one that is predicted; nil for runs of one scale. `data`
  /// are then the ends of the runs of the largest size.
  package var scale: FittedScale?

  package init(
    data: RegressionData, objective: MeanObjective, beta: Double, logFloor: Double,
    protocolName: String, family: String, families: [FittedFamily], noise: SeedNoise?,
    targets: [String] = [], bitsPerByte: [String: Double] = [:],
    groupRatios: [String: [String: Double]] = [:], scale: FittedScale? = nil
  ) {
    self.scale = scale
    (self.data, self.objective, self.beta) = (data, objective, beta)
    (self.logFloor, self.protocolName) = (logFloor, protocolName)
    (self.family, self.families, self.noise) = (family, families, noise)
    (self.targets, self.bitsPerByte, self.groupRatios) = (targets, bitsPerByte, groupRatios)
  }

  /// The domains whose weights were fitted; a group stands for its domains.
  package var domains: [String] { data.domains }
  /// Which domain is in which group.
  package var groups: DomainGroups {
    var experts = groupRatios
    for domain in domains where groupRatios[domain] == nil { experts[domain] = [domain: 1] }
    // The reader has refused groups that share a domain.
    return (try? DomainGroups(experts)) ?? DomainGroups(alone: domains)
  }
  /// The evaluation sets whose losses are predicted.
  package var sets: [String] { data.sets }
  /// Those sets, with what they are for.
  package var evaluationSets: EvaluationSets {
    EvaluationSets(sets, domains: groups.domains, targets: targets, bitsPerByte: bitsPerByte)
  }

  /// The observed values of `objective`, by run; NaN where it was not measured.
  package func observed(_ objective: Objective) -> [Double] {
    data.losses.map { objective.value($0, of: NameIndex(sets)) }
  }

  /// Returns the observed objective less the out-of-fold prediction of `family`, by run; NaN where
  /// the objective was not measured, or nothing was held out.
  func residuals(of family: FittedFamily, objective: Objective) -> [Double] {
    let sets = NameIndex(sets)
    return zip(observed(objective), family.outOfFold).map {
      $0 - objective.value($1, of: sets)
    }
  }
}

/// A family as it was fitted to all runs, with its predictions of runs that a fit had not seen.
package struct FittedFamily: Equatable, Sendable {
  package var name: String
  package var summary: String
  /// The variables that the predictions depend on.
  package var inputs: Inputs
  /// Whether the predictions are losses of trained models, not only a ranking.
  package var isCalibrated: Bool
  /// The out-of-fold scores of the objective; nil where no run could be held out.
  package var scores: FamilyScores?
  /// The out-of-fold predictions in nats per token, (runs, sets); NaN where no run could be held
  /// out.
  package var outOfFold: [[Double]]
  /// The standard deviations of the objective that the family itself stated out of fold, by run;
  /// nil if it states none.
  package var deviations: [Double]?
  /// The fit to all runs.
  package var model: RegressorModel

  package init(
    name: String, summary: String, inputs: Inputs, isCalibrated: Bool, scores: FamilyScores?,
    outOfFold: [[Double]], deviations: [Double]?, model: RegressorModel
  ) {
    (self.name, self.summary, self.inputs) = (name, summary, inputs)
    (self.isCalibrated, self.scores) = (isCalibrated, scores)
    (self.outOfFold, self.deviations, self.model) = (outOfFold, deviations, model)
  }
}
