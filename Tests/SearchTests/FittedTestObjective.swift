import Experts
import Mixtures
import Parallel
import Regression
import Search
import Testing

/// The mean of the losses that `model` predicts, as if it had been fitted and read from a file.
func fittedObjective(
  _ model: RegressorModel, domains: [String], cache: ProbabilityCache?, pool: WorkerPool
) throws -> FittedObjective {
  let one = Estimate(value: 0, low: 0, high: 0)
  let family = FittedFamily(
    name: "test", summary: "", inputs: [], isCalibrated: true,
    scores: .init(
      meanSquaredError: one, r2: one, spearman: nil, regret: one, optimism: one,
      statedCoverage: nil),
    outOfFold: [], deviations: nil, model: model)
  let sets = EvaluationSets(domains, domains: domains)
  let mean = try #require(MeanObjective.named("avg-sp", of: sets))
  let runs = FittedRuns(
    data: RegressionData(
      ids: [], domains: domains, sets: domains, mdeSets: cache == nil ? [] : domains,
      weights: [], losses: [], objective: domains.map { _ in 0.25 }),
    objective: mean, beta: 0, logFloor: 0.01, protocolName: "", family: "test",
    families: [family], noise: nil)
  return try #require(
    FittedObjective(runs, family: family, objective: Objective(mean), cache: cache, pool: pool))
}
