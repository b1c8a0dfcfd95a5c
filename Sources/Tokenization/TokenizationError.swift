package import Storage

/// Why a tokenizer cannot be used or made.
package enum TokenizationError: ReportableError, Equatable {
  /// A pattern, of the file `path`, is not a regular expression that PCRE2 supports; `offset` is in
  /// bytes.
  case pattern(String, offset: Int, reason: String, path: String = "")
  /// The text has too few different words for the vocabulary asked for.
  case vocabulary(wanted: Int, reached: Int)
  /// The documents of a domain are not what the shards need.
  case domain(String, problem: String)

  package var kind: FailureKind {
    switch self {
    case .pattern, .domain: .badData
    case .vocabulary: .computation
    }
  }

  package var message: String {
    switch self {
    case .pattern(let pattern, let offset, let reason, let path):
      (path.isEmpty ? "" : "\(path): ") + "pattern \(pattern): at byte \(offset): \(reason)"
    case .vocabulary(let wanted, let reached):
      "the text has pairs for \(reached) tokens only, not \(wanted); "
        + "give more text or a smaller --vocab-size"
    case .domain(let domain, let problem): "domain \(domain): \(problem)"
    }
  }
}
