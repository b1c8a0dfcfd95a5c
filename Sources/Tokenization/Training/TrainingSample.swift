package import Formats
package import Parallel

/// The words of the first documents of each domain, counted on all threads.
///
/// Counts are whole numbers and the choice of documents is made in their order, so the number of
/// threads changes nothing.
package final class TrainingSample {
  private let maximumBytes: Int
  private let pool: WorkerPool
  private let normalizer: Normalizer?
  /// The bytes of text taken of each domain.
  package private(set) var bytes: [Int]
  /// The counts of each thread, by domain.
  private let counts: [LockedValue<[WordCounts]>]

  /// Creates an empty sample.
  ///
  /// - Parameters:
  ///   - maximumBytes: The bytes of text after which no document of a domain is taken.
  ///   - words: What cuts text into words.
  package init(
    domains: Int, maximumBytes: Int, words: TrainedTokenizer.Words = .init(), pool: WorkerPool
  ) {
    (self.maximumBytes, self.pool) = (maximumBytes, pool)
    normalizer = words.isNormalized ? Normalizer(forms: [.nfc]) : nil
    bytes = Array(repeating: 0, count: domains)
    let empty = WordCounts(marksAreLetters: words.marksAreLetters)
    counts = (0..<pool.threads).map { _ in
      LockedValue(Array(repeating: empty, count: domains))
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
    let (counts, sample, normalizer) = (counts, taken, normalizer)
    pool.run(tasks: sample.count) { task, worker in
      let text = sample[task].text
      let normalized = normalizer?.normalized(text.span) ?? text
      counts[worker].update { $0[sample[task].domain].add(normalized) }
    }
  }

  /// The counts of each domain.
  package var totals: [WordCounts] {
    var totals = counts[0].value
    for slot in counts.dropFirst() {
      for (domain, other) in slot.value.enumerated() { totals[domain].merge(other) }
    }
    return totals
  }
}
