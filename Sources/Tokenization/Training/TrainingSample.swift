package import Parallel

/// The words of the first documents of each domain, counted on all threads.
///
/// Counts are whole numbers and the choice of documents is made in their order, so the number of
/// threads changes nothing.
package final class TrainingSample {
  private let maximumBytes: Int
  private let pool: WorkerPool
  /// The bytes of text taken of each domain.
  package private(set) var bytes: [Int]
  /// The counts of each thread, by domain.
  private let counts: [LockedValue<[WordCounts]>]

  /// Creates an empty sample.
  ///
  /// - Parameter maximumBytes: The bytes of text after which no document of a domain is taken.
  package init(domains: Int, maximumBytes: Int, pool: WorkerPool) {
    (self.maximumBytes, self.pool) = (maximumBytes, pool)
    bytes = Array(repeating: 0, count: domains)
    counts = (0..<pool.threads).map { _ in
      LockedValue(Array(repeating: WordCounts(), count: domains))
    }
  }

  /// Whether no domain takes more.
  package var isFull: Bool { bytes.allSatisfy { $0 >= maximumBytes } }

  /// Counts the words of those documents whose domains are not full.
  package func add(_ documents: [Corpus.Document]) {
    var taken: [Corpus.Document] = []
    for document in documents where bytes[document.domain] < maximumBytes {
      bytes[document.domain] += document.text.count
      taken.append(document)
    }
    let (counts, sample) = (counts, taken)
    pool.run(tasks: sample.count) { task, worker in
      counts[worker].update { $0[sample[task].domain].add(sample[task].text) }
    }
  }

  /// All words, with each domain's counts scaled to its weight; nil stands for the domain's bytes.
  package func words(weights: [Double?]) -> [WordCounts.Word] {
    var totals = counts[0].value
    for slot in counts.dropFirst() {
      for (domain, other) in slot.value.enumerated() { totals[domain].merge(other) }
    }
    return WordCounts.combined(
      zip(totals, weights).map { counts, weight in (counts, weight ?? Double(counts.bytes)) })
  }
}
