package import Storage
import Synchronization

/// An assigner of documents to the clusters of a model, from several threads.
///
/// A text goes to the same cluster whatever comes with it. For vectors there are in memory some 40
/// bytes for each document of their file.
package final class ClusterAssigner: Sendable {
  package let model: ClusterModel
  /// The clusters of each document, in the order of the model's clusterings.
  private let known: [UInt128: [UInt16]]
  private let workers: [Worker]
  private let centres: [FloatRows]

  /// What a thread works with.
  private final class Worker: Sendable {
    let placers: Mutex<[TermPlacer?]>
    init(_ placers: [TermPlacer?]) { self.placers = Mutex(placers) }
  }

  /// - Parameters:
  ///   - vectors: The file of vectors, where the model is of such.
  ///   - threads: The number of threads that will assign.
  /// - Throws: `FileError` if the vectors cannot be read, or are of another length than those of
  ///   the model.
  package init(
    _ model: ClusterModel, vectors: VectorReader?, threads: Int
  ) throws(FileError) {
    self.model = model
    let centres = model.clusterings.map(\.centres.transposed)
    self.centres = centres
    workers = (0..<threads).map { _ in
      Worker(
        model.clusterings.map { clustering in
          if case .terms(let space) = clustering.space { TermPlacer(space) } else { nil }
        })
    }
    var known: [UInt128: [UInt16]] = [:]
    if let vectors {
      let lengths = Set(
        model.clusterings.compactMap { clustering in
          if case .vectors(let dimensions) = clustering.space { dimensions } else { nil }
        })
      while let (id, vector) = try vectors.next() {
        for length in lengths where length != vector.count {
          throw .content(
            path: vectors.path,
            problem: "its vectors have \(vector.count) numbers, those of the clusters \(length)")
        }
        let place = FloatRows(rows: 1, columns: vector.count, values: vector)
        place.normalize()
        known[id] = model.clusterings.indices.map {
          UInt16(Self.cluster(place, model.clusterings[$0], centres[$0]))
        }
      }
    }
    self.known = known
  }

  /// The cluster of a document, by its name; nil if it has no vector.
  ///
  /// - Parameters:
  ///   - key: The first 16 bytes of the text's SHA-256.
  ///   - group: The index of the group of the model.
  ///   - worker: The number of the thread that calls.
  package func cluster(of text: [UInt8], key: UInt128, group: Int, worker: Int) -> Int? {
    let index = model.groups[group].clustering
    let clustering = model.clusterings[index]
    guard case .terms = clustering.space else {
      return known[key].map { Int($0[index]) }
    }
    let place = FloatRows(rows: 1, columns: clustering.centres.columns)
    workers[worker].placers.withLock { $0[index]?.place(text, in: place) }
    return Self.cluster(place, clustering, centres[index])
  }

  private static func cluster(
    _ place: FloatRows, _ clustering: ClusterModel.Clustering, _ centres: FloatRows
  ) -> Int {
    let scores = FloatRows(rows: 1, columns: centres.columns)
    place.storeProduct(with: centres, in: scores)
    return scores.best(inRow: 0, clustering.offsets)
  }
}
