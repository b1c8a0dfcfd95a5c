package import ArgumentParser
package import Formats
package import Parallel
package import Storage
package import Tokenization

/// The flags that assign documents to domains which are clusters.
package struct ClusterOptions: ParsableArguments {
  @Option(
    help: .init(
      "What discover-domains wrote beside a table whose domains are clusters.", valueName: "file"))
  package var clusters: String?

  @Option(
    help: .init("Vectors of the documents, for clusters found in such.", valueName: "file"))
  package var vectors: String?

  package init() {}

  /// Checks that the flags make sense together.
  ///
  /// - Throws: `ValidationError` if they do not.
  package mutating func validate() throws {
    guard vectors == nil || clusters != nil else {
      throw ValidationError("--vectors needs --clusters")
    }
  }

  /// What assigns documents to the clusters of `table`; nil without `--clusters`.
  ///
  /// - Throws: `FileError` if the model cannot be read, or does not belong to the table.
  package func domains(
    of table: DomainTable, pool: WorkerPool
  ) throws(FileError) -> ClusterDomains? {
    try clusters.map { path throws(FileError) in
      try ClusterDomains(path, vectors: vectors, table: table, pool: pool)
    }
  }

  /// The flags that decide which domain a document is of, for the provenance of what is made.
  ///
  /// - Throws: `FileError` if a file that one names cannot be read.
  package func flags() throws(FileError) -> [String: String] {
    var flags: [String: String] = [:]
    for (name, path) in [("clusters", clusters), ("vectors", vectors)] {
      if let path { flags[name] = try InputDigest(file: path).sha256 }
    }
    return flags
  }
}
