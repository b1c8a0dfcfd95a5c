/// The tools of this project, each with the revision of what it writes.
///
/// A change after which a tool makes other results of the same inputs, flags and seed raises its
/// revision by one: the number is in the provenance of every file, `TOOL --revision` prints it, and
/// make runs the tool's stage again when it is another one. A faster way to the same bytes changes
/// nothing here.
package enum ToolRevision: String, CaseIterable, Sendable {
  case discoverDomains = "discover-domains"
  case trainTokenizer = "train-tokenizer"
  case tokenizeShards = "tokenize-shards"
  case tokenizeTasks = "tokenize-tasks"
  case importTokens = "import-tokens"
  case tokenizeTargets = "tokenize-targets"
  case measureOverlap = "measure-overlap"
  case sampleMixtures = "sample-mixtures"
  case mixTokens = "mix-tokens"
  case trainExpert = "train-expert"
  case scoreLogprobs = "score-logprobs"
  case evaluateTasks = "evaluate-tasks"
  case collectRuns = "collect-runs"
  case reuseRuns = "reuse-runs"
  case correlateScores = "correlate-scores"
  case mdeFeatures = "mde-features"
  case fitRegressor = "fit-regressor"
  case searchMixture = "search-mixture"
  case renderReport = "render-report"

  /// The name of the tool, as on the command line.
  package var name: String { rawValue }

  package var number: Int {
    switch self {
    case .discoverDomains: 1
    case .trainTokenizer: 2
    case .tokenizeShards: 3
    case .tokenizeTasks: 3
    case .importTokens: 2
    case .tokenizeTargets: 2
    case .measureOverlap: 1
    case .sampleMixtures: 1
    case .mixTokens: 1
    case .trainExpert: 2
    case .scoreLogprobs: 3
    case .evaluateTasks: 6
    case .collectRuns: 2
    case .reuseRuns: 1
    case .correlateScores: 1
    case .mdeFeatures: 1
    case .fitRegressor: 11
    case .searchMixture: 10
    case .renderReport: 8
    }
  }
}
