package import Formats
import Parallel
package import Storage

/// A model of clusters in a file, `clusters.zst`: framed, format `mde.clusters`.
package struct ClusterFile: Sendable {
  package static let format = "mde.clusters"
  package static let version = 1

  package let path: String
  package let provenance: Provenance
  package let model: ClusterModel

  struct Header: Codable {
    struct Clustering: Codable {
      /// `terms` or `vectors`.
      var space: String
      /// The number of terms; 0 of vectors.
      var terms: Int
      var (dimensions, clusters): (Int, Int)
    }
    struct Group: Codable {
      var selector: String?
      var clustering: Int
      var names: [String]
    }
    var provenance: Provenance
    var clusterings: [Clustering]
    var groups: [Group]
  }

  /// The rows of the basis in a block.
  private static let rowsOfBlock = 1 << 14
  /// The most of dimensions and clusters that a header may ask for.
  private static let largest = 1 << 16

  /// Writes `model` to `path`.
  ///
  /// - Throws: `FileError.system` if it cannot be written.
  package static func write(
    _ model: ClusterModel, to path: String, provenance: Provenance
  ) throws(FileError) {
    let header = Header(
      provenance: provenance,
      clusterings: model.clusterings.map { clustering in
        let (space, terms) =
          switch clustering.space {
          case .terms(let space): ("terms", space.buckets.count)
          case .vectors: ("vectors", 0)
          }
        return .init(
          space: space, terms: terms, dimensions: clustering.space.dimensions,
          clusters: clustering.offsets.count)
      },
      groups: model.groups.map {
        .init(selector: $0.selector?.description, clustering: $0.clustering, names: $0.names)
      })
    let file = try FramedWriter(path, header: JSON.encode(header))
    for clustering in model.clusterings {
      if case .terms(let space) = clustering.space {
        var terms = ByteWriter()
        terms.append(contentsOf: space.buckets)
        terms.append(contentsOf: space.inverseFrequencies)
        try file.append(terms.bytes)
        for rows in (0..<space.basis.rows).parts(of: rowsOfBlock) {
          var block = ByteWriter()
          for row in rows { block.append(contentsOf: space.basis.row(row)) }
          try file.append(block.bytes)
        }
      }
      var clusters = ByteWriter()
      clusters.append(contentsOf: clustering.centres.values)
      clusters.append(contentsOf: clustering.offsets)
      try file.append(clusters.bytes)
    }
    try file.commit(keepIfEqual: true)
  }

  /// Reads and checks all of the file at `path`.
  ///
  /// - Throws: `FileError` if it cannot be read, is of another format or version, or contradicts
  ///   itself.
  package init(_ path: String) throws(FileError) {
    let file = try FramedReader(path)
    let header = try decodeArtifact(
      Header.self, from: file.header, as: Self.format, version: Self.version, path: path,
      place: "header")
    func impossible(_ problem: String) -> FileError {
      .content(path: path, place: "header", problem: problem)
    }
    var blocks = Blocks(file: file)
    var clusterings: [ClusterModel.Clustering] = []
    for stated in header.clusterings {
      guard 1...Self.largest ~= stated.clusters, 1...Self.largest ~= stated.dimensions,
        0...TermCounter.buckets ~= stated.terms
      else { throw impossible("its numbers of clusters, dimensions or terms are impossible") }
      let space: ClusterModel.Space
      switch stated.space {
      case "terms": space = .terms(try blocks.space(stated))
      case "vectors": space = .vectors(dimensions: stated.dimensions)
      default: throw impossible("space \(stated.space) is not known")
      }
      let (centres, offsets) = try blocks.clusters(stated)
      clusterings.append(.init(space: space, centres: centres, offsets: offsets))
    }
    guard blocks.isAtEnd else {
      throw .content(path: path, problem: "has more blocks than its header says; make it again")
    }
    var groups: [ClusterModel.Group] = []
    for group in header.groups {
      guard clusterings.indices.contains(group.clustering),
        group.names.count == clusterings[group.clustering].offsets.count,
        group.names.allSatisfy(isPlainName)
      else { throw impossible("a group has not a plain name for each of its clusters") }
      let selector = group.selector.map(DomainTable.Selector.init)
      if let selector, selector == nil { throw impossible("a group has no selector of documents") }
      groups.append(
        .init(selector: selector ?? nil, clustering: group.clustering, names: group.names))
    }
    guard !groups.isEmpty else { throw impossible("has no groups") }
    (self.path, provenance) = (path, header.provenance)
    model = ClusterModel(clusterings: clusterings, groups: groups)
  }

  /// The blocks of a file, taken one after another.
  private struct Blocks {
    let file: FramedReader
    private var next = 0

    init(file: FramedReader) { self.file = file }

    var isAtEnd: Bool { next == file.blockCount }

    /// The terms and their basis.
    mutating func space(_ stated: Header.Clustering) throws(FileError) -> TermSpace {
      var (reader, place) = try block()
      guard let buckets = reader.array(of: UInt32.self, count: stated.terms),
        let frequencies = reader.array(of: Float.self, count: stated.terms),
        reader.remaining == 0, frequencies.allSatisfy(\.isFinite),
        zip(buckets, buckets.dropFirst()).allSatisfy(<), buckets.last ?? 0 < TermCounter.buckets
      else { throw impossible(place, "its terms are impossible") }
      // No more memory than the file has numbers for, whatever its header says.
      var values: [Float] = []
      for rows in (0..<stated.terms).parts(of: rowsOfBlock) {
        values += try floats(rows.count * stated.dimensions, "its basis is impossible")
      }
      let basis = FloatRows(rows: stated.terms, columns: stated.dimensions, values: values)
      return TermSpace(buckets: buckets, inverseFrequencies: frequencies, basis: basis)
    }

    mutating func clusters(
      _ stated: Header.Clustering
    ) throws(FileError) -> (FloatRows, [Float]) {
      let count = stated.clusters * stated.dimensions
      let values = try floats(count + stated.clusters, "its centres are impossible")
      let centres = FloatRows(
        rows: stated.clusters, columns: stated.dimensions, values: Array(values[..<count]))
      return (centres, Array(values[count...]))
    }

    private mutating func floats(
      _ count: Int, _ problem: String
    ) throws(FileError) -> [Float] {
      var (reader, place) = try block()
      guard let values = reader.array(of: Float.self, count: count), reader.remaining == 0,
        values.allSatisfy(\.isFinite)
      else { throw impossible(place, problem) }
      return values
    }

    private mutating func block() throws(FileError) -> (ByteReader, String) {
      guard !isAtEnd else {
        throw .content(path: file.path, problem: "blocks are missing; make it again")
      }
      defer { next += 1 }
      return (ByteReader(try file.block(next)), "block \(next)")
    }

    private func impossible(_ place: String, _ problem: String) -> FileError {
      .content(path: file.path, place: place, problem: problem)
    }
  }
}
