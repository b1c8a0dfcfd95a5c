package import Formats

/// What assigns documents to domains that were found.
package struct ClusterModel: Sendable {
  /// What a document is placed by.
  package enum Space: Sendable {
    case terms(TermSpace)
    /// A vector from elsewhere, by the document's id.
    case vectors(dimensions: Int)

    package var dimensions: Int {
      switch self {
      case .terms(let space): space.dimensions
      case .vectors(let dimensions): dimensions
      }
    }
  }

  /// Clusters in a space: a document is of the cluster whose cosine and offset sum to the most.
  package struct Clustering: Sendable {
    package let space: Space
    /// The centres, (clusters, dimensions), of length 1.
    package let centres: FloatRows
    /// The offsets that balancing found, (clusters).
    package let offsets: [Float]

    package init(space: Space, centres: FloatRows, offsets: [Float]) {
      precondition(centres.rows == offsets.count && centres.columns == space.dimensions)
      (self.space, self.centres, self.offsets) = (space, centres, offsets)
    }
  }

  /// Documents that are clustered together.
  package struct Group: Equatable, Sendable {
    /// What the documents have, of `DomainTable`; nil for all that no selector takes.
    package let selector: DomainTable.Selector?
    /// The index of their clustering.
    package let clustering: Int
    /// The name that each cluster has as a selector, `cluster=NAME`; clusters of one name are one.
    package let names: [String]

    package init(selector: DomainTable.Selector?, clustering: Int, names: [String]) {
      (self.selector, self.clustering, self.names) = (selector, clustering, names)
    }
  }

  package let clusterings: [Clustering]
  package let groups: [Group]

  package init(clusterings: [Clustering], groups: [Group]) {
    for group in groups {
      precondition(group.names.count == clusterings[group.clustering].offsets.count)
    }
    (self.clusterings, self.groups) = (clusterings, groups)
  }

  /// The names of all clusters, each once, in their order.
  package var names: [String] {
    var seen: Set<String> = []
    return groups.flatMap(\.names).filter { seen.insert($0).inserted }
  }

  /// Whether documents are placed by vectors from elsewhere.
  package var needsVectors: Bool {
    clusterings.contains { if case .vectors = $0.space { true } else { false } }
  }
}
