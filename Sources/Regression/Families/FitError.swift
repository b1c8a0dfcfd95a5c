import Mixtures
package import Storage

/// The reasons for which no regressor could be fitted.
package enum FitError: ReportableError, Equatable {
  case noFeatures(path: String, beta: Double)
  case noAnswers(path: String)
  case runWithoutFeatures(id: String, path: String)
  case duplicate(id: String)
  case unknownDomain(id: String, domain: String)
  case sharedDomain(path: String, domain: String, groups: [String])
  case weightsDiffer(id: String, domain: String, Double, Double)
  case setMissing(set: String, runs: Int)
  case tooFewRuns(Int, needed: Int)
  /// The objective was measured in no run, or is the same in all.
  case constantObjective
  /// A law of logarithms has no loss of 0 or below.
  case lossNotPositive(id: String, set: String)
  /// A run without a number of parameters or tokens, where a target needs them.
  case noScale(id: String)
  /// A run of so few parameters or tokens that they are counted in millions or billions.
  case smallScale(id: String, what: String, count: Double)
  /// Runs of one size of model, where a target needs two.
  case oneSize(String)
  /// Checkpoints of one run that differ in weights.
  case otherWeights(id: String)
  /// LAPACK or a search for hyper-parameters found nothing.
  case noFit(what: String, code: Int)

  package var kind: FailureKind {
    switch self {
    case .noFit, .tooFewRuns: .computation
    default: .badData
    }
  }

  package var message: String {
    switch self {
    case .noFeatures(let path, let beta):
      "\(path): holds no features of beta \(beta); make them with mde-features --beta"
    case .noAnswers(let path):
      "\(path): holds no answers to questions by that normalization; make them with mde-features "
        + "--choices"
    case .runWithoutFeatures(let id, let path):
      "\(path): run \(id) has no features there; add its mixture and make them again"
    case .duplicate(let id): "runs: \(id) was given twice; give every run its own id"
    case .unknownDomain(let id, let domain):
      "run \(id): names domain \(domain), which other runs or the features do not; give its weight "
        + "in all"
    case .sharedDomain(let path, let domain, let groups):
      "\(path): its groups \(groups.joined(separator: " and ")) share \(domain); make it again"
    case .weightsDiffer(let id, let domain, let a, let b):
      "run \(id): weight of \(domain) is \(a) in the features, \(b) in the run; make one of them "
        + "again"
    case .setMissing(let set, let runs):
      "set \(set): counts in the objective and was measured in \(runs) runs; score more models on "
        + "it"
    case .tooFewRuns(let count, let needed):
      "runs: \(count) are too few to fit anything; observe at least \(needed), or give MDE "
        + "features, with which one is enough"
    case .constantObjective:
      "objective: was measured in no run, or is the same in all; there is nothing to tell mixtures "
        + "apart by"
    case .lossNotPositive(let id, let set):
      "run \(id): loss of \(set) is not above 0, which laws of scale need; give losses"
    case .noScale(let id):
      "run \(id): has no number of parameters or of tokens above 0, which a target needs; give "
        + "them in the runs, or with --parameters and --tokens"
    case .smallScale(let id, let what, let count):
      "run \(id): has \(ModelScale.short(count)) \(what), too few for a language model; give "
        + "counts, such as 1.24e8, not millions or billions"
    case .oneSize(let size):
      "runs: all models have \(size) parameters, which tells nothing of another size; train some "
        + "mixtures at a second one, or leave --target-parameters out"
    case .otherWeights(let id):
      "run \(id): its checkpoints differ in weights; give runs of other weights another id"
    case .noFit(let what, let code): "\(what): could not be fitted (\(code))"
    }
  }
}
