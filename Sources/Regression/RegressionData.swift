package import Formats
package import Storage

/// Observed runs beside their MDE features, joined by id.
package struct RegressionData: Equatable, Sendable {
  package var ids: [String]
  package var domains: [String]
  package var sets: [String]
  /// (runs, domains): λ.
  package var weights: [[Double]]
  /// (runs, sets): MDE losses in nats per token.
  package var features: [[Double]]
  /// (runs, sets): observed losses in nats per token.
  package var losses: [[Double]]
  /// By set: how much it counts in the objective.
  package var objective: [Double]

  package init(
    ids: [String], domains: [String], sets: [String], weights: [[Double]], features: [[Double]],
    losses: [[Double]], objective: [Double]
  ) {
    precondition(ids.count == weights.count && ids.count == losses.count)
    precondition(features.count == ids.count && objective.count == sets.count)
    (self.ids, self.domains, self.sets) = (ids, domains, sets)
    (self.weights, self.features, self.losses) = (weights, features, losses)
    self.objective = objective
  }

  package var count: Int { ids.count }

  /// The runs `rows` alone.
  package func restricted(to rows: [Int]) -> RegressionData {
    var part = self
    part.ids = rows.map { ids[$0] }
    part.weights = rows.map { weights[$0] }
    part.features = rows.map { features[$0] }
    part.losses = rows.map { losses[$0] }
    return part
  }

  package func objective(of losses: [Double]) -> Double {
    zip(objective, losses).reduce(0) { $0 + ($1.0 == 0 ? 0 : $1.0 * $1.1) }
  }
}

extension RegressionData {
  /// Joins `runs` with the rows of `table` of the same id and of `beta`.
  ///
  /// Every run needs its features, the same weights there, and a loss for every evaluation set.
  package init(
    table: FeatureTable, runs: [ObservedRun], beta: Double, objective: RegressorFile.Objective
  ) throws(FitError) {
    let rows = table.rows.filter { $0.beta == beta }
    if rows.isEmpty { throw .noFeatures(path: table.path, beta: beta) }
    let rowOf = Dictionary(rows.map { ($0.id, $0) }) { first, _ in first }
    let (domains, sets) = (table.header.domains.sorted(), table.header.sets.keys.sorted())
    var (ids, weights): ([String], [[Double]]) = ([], [])
    var (features, losses): ([[Double]], [[Double]]) = ([], [])
    for run in runs.sorted(by: { $0.id < $1.id }) {
      guard let row = rowOf[run.id] else { throw .runWithoutFeatures(id: run.id, path: table.path) }
      guard run.id != ids.last else { throw .duplicate(id: run.id) }
      for domain in Set(row.weights.keys).union(run.mixture.domains).sorted() {
        let (a, b) = (row.weights[domain] ?? 0, run.mixture[domain])
        if abs(a - b) > 1e-6 { throw .weightsDiffer(id: run.id, domain: domain, a, b) }
      }
      var measured: [Double] = []
      for set in sets {
        guard let loss = run.losses[set]?.nats, loss.isFinite else {
          throw .lossMissing(id: run.id, set: set)
        }
        measured.append(loss)
      }
      ids.append(run.id)
      weights.append(domains.map { row.weights[$0] ?? 0 })
      features.append(sets.map { row.features[$0]?.nats ?? .nan })
      losses.append(measured)
    }
    self.init(
      ids: ids, domains: domains, sets: sets, weights: weights, features: features,
      losses: losses, objective: sets.map { objective.weights[$0] ?? 0 })
  }
}

/// Why no regressor could be fitted.
package enum FitError: ReportableError, Equatable {
  case noFeatures(path: String, beta: Double)
  case runWithoutFeatures(id: String, path: String)
  case duplicate(id: String)
  case weightsDiffer(id: String, domain: String, Double, Double)
  case lossMissing(id: String, set: String)
  case tooFewRuns(Int, needed: Int)
  case decomposition(code: Int)

  package var kind: FailureKind {
    switch self {
    case .decomposition, .tooFewRuns: .computation
    default: .badData
    }
  }

  package var message: String {
    switch self {
    case .noFeatures(let path, let beta):
      "\(path): holds no features of beta \(beta); make them with mde-features --beta"
    case .runWithoutFeatures(let id, let path):
      "\(path): run \(id) has no features there; add its mixture and make them again"
    case .duplicate(let id): "runs: \(id) was given twice; give every run its own id"
    case .weightsDiffer(let id, let domain, let a, let b):
      "run \(id): weight of \(domain) is \(a) in the features, \(b) in the run; make one of them again"
    case .lossMissing(let id, let set): "run \(id): no finite loss of \(set); score the model on it"
    case .tooFewRuns(let count, let needed):
      "runs: \(count) are too few to fit anything; observe at least \(needed)"
    case .decomposition(let code): "singular values: LAPACK gave up (\(code))"
    }
  }
}
