import Formats
package import Kernels
package import Storage
import Synchronization

extension ExpertScores {
  /// Blocks of all sets together, for progress.
  package var blockCount: Int { sets.reduce(0) { $0 + $1.blockCount } }

  /// The losses of `mixtures` on every set, by its name.
  ///
  /// A few blocks at a time are read and prepared side by side, then groups of mixtures are computed
  /// side by side: every sum is added to in the order of the file, by one thread at a time.
  ///
  /// - Parameters:
  ///   - mixtures: each one weight for each of `domains`.
  ///   - progress: called with the number of blocks done, of `blockCount`.
  package func featureSums(
    mixtures: [[Double]], betas: [Double] = [0], pool: WorkerPool,
    progress: (Int) -> Void = { _ in }
  ) throws(FileError) -> [String: FeatureSums] {
    var sums = [FeatureSums](
      repeating: FeatureSums(mixtures: mixtures, betas: betas), count: sets.count)
    let blocks = alternatingBlocks
    let batch = max(pool.threads, Self.preparedValues / (domains.count * betas.count << 16))
    for start in stride(from: 0, to: blocks.count, by: batch) {
      let places = blocks[start..<min(blocks.count, start + batch)]
      let prepared = try prepare(places, betas: betas, pool: pool)
      for (place, documents) in zip(places, prepared) { sums[place.set].count(documents) }
      FeatureSums.add(
        zip(places.map(\.set), prepared).map { ($0, $1) }, to: &sums, pool: pool)
      progress(start + places.count)
    }
    return Dictionary(uniqueKeysWithValues: zip(sets.map(\.name), sums))
  }

  /// Probabilities held at a time, about, of 4 bytes each.
  private static let preparedValues = 4_000_000

  private typealias Place = (set: Int, block: Int)

  /// Every block of every set, the first of each set first.
  private var alternatingBlocks: [Place] {
    (0..<(sets.map(\.blockCount).max() ?? 0)).flatMap { block in
      sets.indices.filter { block < sets[$0].blockCount }.map { ($0, block) }
    }
  }

  private func prepare(
    _ places: ArraySlice<Place>, betas: [Double], pool: WorkerPool
  ) throws(FileError) -> [PreparedDocuments] {
    let results = Mutex<[Int: Result<PreparedDocuments, FileError>]>([:])
    pool.run(tasks: places.count) { task, _ in
      let place = places[places.startIndex + task]
      let result = Result { () throws(FileError) in
        var prepared = PreparedDocuments(experts: domains.count, betas: betas)
        try sets[place.set].forEachDocument(inBlock: place.block) {
          prepared.append($0, bytes: $1)
        }
        return prepared
      }
      results.withLock { $0[task] = result }
    }
    var prepared: [PreparedDocuments] = []
    for (_, result) in results.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
      prepared.append(try result.get())
    }
    return prepared
  }
}

extension FeatureSums {
  /// Adds documents, each by expert the log-probability of its tokens; see `add(_:bytes:)`.
  package mutating func add(
    _ documents: [[ArraySlice<Float>]], bytes: [Int], pool: WorkerPool
  ) {
    let size = 64
    let results = Mutex<[Int: PreparedDocuments]>([:])
    let (experts, betas) = (experts, betas)
    pool.forEachBlock(of: documents.count, size: size) { block, _ in
      var prepared = PreparedDocuments(experts: experts, betas: betas)
      prepared.reserve(
        tokens: block.reduce(0) { $0 + documents[$1][0].count }, documents: block.count)
      for d in block { prepared.append(documents[d], bytes: bytes[d]) }
      results.withLock { $0[block.lowerBound] = prepared }
    }
    let prepared = results.withLock { $0 }.sorted { $0.key < $1.key }.map(\.value)
    for documents in prepared { count(documents) }
    var sums = [self]
    Self.add(prepared.map { (0, $0) }, to: &sums, pool: pool)
    self = sums[0]
  }

  /// Adds to the sums of each set; a task adds to a copy of one group, in the order of `prepared`.
  static func add(
    _ prepared: [(set: Int, documents: PreparedDocuments)], to sums: inout [FeatureSums],
    pool: WorkerPool
  ) {
    let (old, groups) = (sums, sums[0].groups.count)
    let new = Mutex(old)
    pool.run(tasks: old.count * groups) { task, _ in
      let (set, g) = task.quotientAndRemainder(dividingBy: groups)
      var group = old[set].groups[g]
      for part in prepared where part.set == set { group.add(part.documents) }
      new.withLock { $0[set].groups[g] = group }
    }
    sums = new.withLock { $0 }
  }
}
