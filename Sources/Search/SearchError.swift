package import Storage

/// The reasons why a search gives no proposal.
package enum SearchError: ReportableError {
  case notConverged(gap: Double, target: Double)
  case regressor(path: String, problem: String)

  package var kind: FailureKind {
    switch self {
    case .regressor: .badData
    case .notConverged: .computation
    }
  }

  package var message: String {
    switch self {
    case .notConverged(let gap, let target):
      "search: the minimum is certain to \(gap) nats only, not to \(target); allow a larger --gap"
    case .regressor(let path, let problem): "\(path): \(problem)"
    }
  }
}
