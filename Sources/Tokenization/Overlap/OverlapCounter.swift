package import Formats
package import Parallel
package import Storage

/// A counter of what evaluation sets share with training text: runs of 13 words, see `WordGrams`.
///
/// In memory are the hashes of a quarter of the runs of all sets.
package final class OverlapCounter {
  /// What a set shares with the training text of a domain.
  package struct Overlap: Equatable, Sendable {
    /// The number of different runs of the set that are looked at, and of those in the domain.
    package var (runs, shared): (Int, Int)
    /// The number of training documents that have any of them.
    package var documents: Int
  }

  private let tokenizer: Tokenizer
  private let pool: WorkerPool
  /// The place of each run, and of each place the sets that have it.
  private var places: [UInt64: Int] = [:]
  private var setsOfPlace: [[Int]] = []
  private var runs: [Int] = []

  package init(tokenizer: Tokenizer, pool: WorkerPool) {
    (self.tokenizer, self.pool) = (tokenizer, pool)
  }

  /// Adds an evaluation set, whose number is the count of those before.
  ///
  /// - Throws: `FileError` if a file cannot be read.
  package func addSet(_ files: [TokenFileReader]) throws(FileError) {
    let set = runs.count
    runs.append(0)
    for file in files {
      for index in 0..<file.blockCount {
        let block = try file.block(index)
        for document in 0..<block.documentCount {
          WordGrams.forEach(in: tokenizer.decode(block[document]).span) { add($0, to: set) }
        }
      }
    }
  }

  private func add(_ run: UInt64, to set: Int) {
    guard let place = places[run] else {
      places[run] = setsOfPlace.count
      setsOfPlace.append([set])
      runs[set] += 1
      return
    }
    if setsOfPlace[place].last != set {
      setsOfPlace[place].append(set)
      runs[set] += 1
    }
  }

  /// What each set shares with the training text of a domain, in the order of the sets.
  ///
  /// - Throws: `FileError` if a file cannot be read.
  package func overlaps(with files: [TokenFileReader]) throws(FileError) -> [Overlap] {
    let blocks = files.flatMap { file in (0..<file.blockCount).map { (file, $0) } }
    // The places found and the documents of each set, by thread.
    let counts = (0..<pool.threads).map { _ in
      LockedValue((places: Set<Int>(), documents: [Int](repeating: 0, count: runs.count)))
    }
    let failure = LockedValue<FileError?>(nil)
    let (tokenizer, places, setsOfPlace) = (tokenizer, places, setsOfPlace)
    pool.run(tasks: blocks.count) { task, worker in
      let (file, index) = blocks[task]
      do throws(FileError) {
        let block = try file.block(index)
        for document in 0..<block.documentCount {
          var shared: Set<Int> = []
          WordGrams.forEach(in: tokenizer.decode(block[document]).span) {
            if let place = places[$0] { shared.insert(place) }
          }
          guard !shared.isEmpty else { continue }
          let sets = Set(shared.flatMap { setsOfPlace[$0] })
          counts[worker].update {
            $0.places.formUnion(shared)
            for set in sets { $0.documents[set] += 1 }
          }
        }
      } catch { failure.value = error }
    }
    if let error = failure.value { throw error }
    var shared = [Int](repeating: 0, count: runs.count)
    let found = counts.map(\.value)
    for place in found.reduce(into: Set<Int>(), { $0.formUnion($1.places) }) {
      for set in setsOfPlace[place] { shared[set] += 1 }
    }
    return runs.indices.map { set in
      Overlap(
        runs: runs[set], shared: shared[set],
        documents: found.reduce(0) { $0 + $1.documents[set] })
    }
  }
}
