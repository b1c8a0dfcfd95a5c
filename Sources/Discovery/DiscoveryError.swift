package import Storage

/// Why no domains can be found in a text.
package enum DiscoveryError: ReportableError, Equatable {
  /// There are too few documents to cluster; `group` is the domain they are of, or nil for all.
  case documents(found: Int, clusters: Int, group: String?)
  /// The documents have no terms in common to tell them by.
  case terms(group: String?)

  package var kind: FailureKind { .badData }

  package var message: String {
    switch self {
    case .documents(let found, let clusters, let group):
      "\(Self.place(group)) has \(found) different documents for \(clusters) domains; "
        + "ask for fewer, or give more text"
    case .terms(let group):
      "\(Self.place(group)) has no term in two documents; give documents of words, or --vectors"
    }
  }

  private static func place(_ group: String?) -> String {
    group.map { "domain \($0)" } ?? "the corpus"
  }
}
