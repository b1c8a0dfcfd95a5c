import Formats
import Kernels
package import Parallel
package import Storage
import Synchronization

extension ExpertScores {
  /// The number of blocks of all sets together, for progress.
  package var blockCount: Int { sets.reduce(0) { $0 + $1.blockCount } }

  /// Returns the losses of `mixtures` on every set, by its name.
  ///
  /// Every task reads a block, decompresses it and mixes it, so that all of that overlaps, and
  /// memory holds a block for each thread.
  ///
  /// - Parameters:
  ///   - mixtures: The mixtures, each one weight for each of `experts`.
  ///   - progress: The function that is called with the number of blocks done, of `blockCount`.
  /// - Throws: `FileError` if a file cannot be read, or the experts' documents are not the same.
  package func featureSums(
    mixtures: [[Double]], betas: [Double] = [0], pool: WorkerPool,
    progress: (Int) -> Void = { _ in }
  ) throws(FileError) -> [String: FeatureSums] {
    var sums = [FeatureSums](
      repeating: FeatureSums(mixtures: mixtures, betas: betas), count: sets.count)
    let places = sets.indices.flatMap { set in (0..<sets[set].blockCount).map { (set, $0) } }
    for window in places.indices.parts(of: 16 * pool.threads) {
      try FeatureSums.add(parts: places[window].map(\.0), to: &sums, pool: pool) {
        (index, add) throws(FileError) in
        let (set, block) = places[window.lowerBound + index]
        try sets[set].forEachDocument(inBlock: block) { add($0, $1) }
      }
      progress(window.upperBound)
    }
    return NameIndex(sets.map(\.name)).dictionary(sums)
  }
}

extension FeatureSums {
  /// Adds documents.
  ///
  /// - Parameters:
  ///   - documents: The log-probabilities of each document's tokens, by expert; see
  ///     `add(_:bytes:)`.
  ///   - bytes: The length of each document's text.
  package mutating func add(
    _ documents: [[ArraySlice<Float>]], bytes: [Int], pool: WorkerPool
  ) {
    let blocks = documents.indices.parts(of: Self.documentsInPart)
    var sums = [self]
    Self.add(parts: blocks.map { _ in 0 }, to: &sums, pool: pool) { index, add in
      for d in blocks[index] { add(documents[d], bytes[d]) }
    }
    self = sums[0]
  }

  /// The number of documents that one task adds.
  ///
  /// With a thousand tokens each, they are about a block of a file, which is one task of
  /// `ExpertScores.featureSums`.
  private static let documentsInPart = 64
  /// The number of groups that one task computes: enough for preparing documents to cost little.
  private static let groupsInTask = 256

  /// Adds parts of sets; part i belongs to the set `parts[i]`.
  ///
  /// A task sums one part for a range of groups. These sums are added in the order of the parts, so
  /// every number of threads gives the same bits. Documents are prepared and mixed a few at a time,
  /// as many as the second-level cache holds.
  ///
  /// - Parameter forEachDocument: The function that calls `add` with each document of a part: the
  ///   log-probabilities of its tokens by expert, and its bytes.
  /// - Throws: The error of `forEachDocument`.
  static func add<Problem: Error>(
    parts: [Int], to sums: inout [FeatureSums], pool: WorkerPool,
    forEachDocument:
      @Sendable (
        _ part: Int, _ add: (_ logProbs: [ArraySlice<Float>], _ bytes: Int) -> Void
      ) throws(Problem) -> Void
  ) throws(Problem) {
    guard let first = sums.first else { return }
    let (experts, betas, groups) = (first.experts, first.betas, first.groups)
    let ranges = groups.indices.parts(of: groupsInTask)
    let results = Mutex<[Int: Result<([MixtureGroup], DocumentCounts), Problem>]>([:])
    let buffers = Mutex([PreparedDocuments?](repeating: nil, count: pool.threads))
    pool.run(tasks: parts.count * ranges.count) { task, worker in
      let (part, range) = (task / ranges.count, ranges[task % ranges.count])
      var documents =
        buffers.withLock { $0[worker].take() }
        ?? PreparedDocuments(experts: experts, betas: betas)
      documents.clear()
      let result = Result { () throws(Problem) in
        var sums = groups[range].map(\.zero)
        var counts = DocumentCounts()
        func mix() {
          MixtureGroup.add(documents, to: &sums)
          counts.add(documents.counts)
          documents.clear()
        }
        try forEachDocument(part) { logProbs, bytes in
          documents.append(logProbs, bytes: bytes)
          if documents.fillCache { mix() }
        }
        mix()
        return (sums, counts)
      }
      results.withLock { $0[task] = result }
      buffers.withLock { $0[worker] = documents }
    }
    for (task, result) in results.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
      let (part, range) = (task / ranges.count, ranges[task % ranges.count])
      let (partial, counts) = try result.get()
      sums[parts[part]].add(partial, at: range, counts: range.lowerBound == 0 ? counts : nil)
    }
  }
}
