package import Storage

/// Why there is no stream of training sequences.
package enum StreamError: ReportableError, Equatable {
  case file(FileError)
  /// A domain of positive weight has no tokens folder among those given.
  case missingDomain(String, given: [String])
  /// A domain of positive weight has no training tokens.
  case emptyDomain(String, path: String)
  /// What was asked for does not fit the format.
  case impossible(String)

  package var kind: FailureKind {
    switch self {
    case .file(let error): error.kind
    case .missingDomain: .missingInput
    case .emptyDomain: .badData
    case .impossible: .usage
    }
  }

  package var message: String {
    switch self {
    case .file(let error): error.message
    case .missingDomain(let domain, let given):
      "\(domain): has a positive weight but no tokens; give its folder, or one of the domains "
        + given.joined(separator: ", ")
    case .emptyDomain(let domain, let path):
      "\(path): \(domain): has a positive weight but no training tokens; "
        + "give it weight 0, or more text"
    case .impossible(let problem): problem
    }
  }
}
