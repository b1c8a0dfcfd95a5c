package import Storage

/// Why there is no stream of training sequences.
package enum StreamError: ReportableError, Equatable {
  case file(FileError)
  /// A domain of positive weight has no tokens folder among those given.
  case missingDomain(String, given: [String])
  /// A domain of positive weight has no training tokens.
  case emptyDomain(String, path: String)
  /// The pool of a domain of positive weight holds no document.
  case emptyPool(String, tokens: Int, path: String)
  /// What was asked for does not fit the format.
  case impossible(String)

  package var kind: FailureKind {
    switch self {
    case .file(let error): error.kind
    case .missingDomain: .missingInput
    case .emptyDomain, .emptyPool: .badData
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
    case .emptyPool(let domain, let tokens, let path):
      "\(path): \(domain): its pool of \(tokens) tokens is less than half of its first document; "
        + "train on more tokens, or give it weight 0"
    case .impossible(let problem): problem
    }
  }
}
