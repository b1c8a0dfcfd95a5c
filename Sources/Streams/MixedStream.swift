package import Formats
package import Storage

/// Sequences in the order in which a model learns them.
package protocol SequenceSource: AnyObject {
  /// The number of tokens that a sequence teaches; it has one id more.
  var context: Int { get }
  /// What was taken of every domain of positive weight so far.
  var taken: [DomainTaken] { get }

  /// The domain of the next sequence, as an index in `taken`, and its `context + 1` ids.
  ///
  /// - Throws: `FileError` if the sequence cannot be read, or there is none.
  func next() throws(FileError) -> (domain: Int, ids: ArraySlice<Int32>)
  /// Goes past the next `count` sequences.
  ///
  /// - Throws: `FileError` if they cannot be read, or there are fewer.
  func skip(sequences count: Int) throws(FileError)
}

/// What was taken of one domain.
package struct DomainTaken: Equatable, Sendable {
  package var domain: String
  /// The number of tokens learned.
  package var tokens: Int
  /// The number of tokens of one epoch.
  package var available: Int

  package init(domain: String, tokens: Int, available: Int) {
    (self.domain, self.tokens, self.available) = (domain, tokens, available)
  }

  /// The number of times that the domain's tokens were read, a fraction included.
  package var epochs: Double { Double(tokens) / Double(available) }
}

extension SequenceSource {
  /// The number of tokens of one epoch, by domain.
  package var available: [String: Int] {
    Dictionary(uniqueKeysWithValues: taken.map { ($0.domain, $0.available) })
  }
}

/// The training sequences of a mixture: the domain furthest behind its weight gives the next one.
package final class MixedStream: SequenceSource {
  package let context: Int
  private let streams: [DomainStream]
  private var schedule: DomainSchedule

  /// Opens the training files of the domains.
  ///
  /// - Parameters:
  ///   - folders: Those of positive weight, in the order of their names.
  ///   - pools: The number of tokens that are seen of a domain; of others all are.
  ///   - readsAhead: Whether other threads read the next blocks.
  /// - Throws: `StreamError.emptyDomain` if one has no training tokens, `.emptyPool` if a pool
  ///   holds no document, `.file` if a file cannot be read or is not the one that its manifest
  ///   lists.
  package init(
    _ folders: [TokenFolder], weights: [String: Double], pools: [String: Int] = [:], context: Int,
    seed: UInt64, readsAhead: Bool = false
  ) throws(StreamError) {
    self.context = context
    var streams: [DomainStream] = []
    for folder in folders {
      streams.append(
        try DomainStream(
          folder, poolTokens: pools[folder.domain], seed: seed, readsAhead: readsAhead))
    }
    self.streams = streams
    schedule = DomainSchedule(folders.map { weights[$0.domain, default: 0] })
  }

  package var taken: [DomainTaken] {
    streams.map { .init(domain: $0.domain, tokens: $0.used, available: $0.available) }
  }

  package func next() throws(FileError) -> (domain: Int, ids: ArraySlice<Int32>) {
    let domain = schedule.next()
    return (domain, try streams[domain].next(context: context))
  }

  package func skip(sequences count: Int) throws(FileError) {
    var counts = [Int](repeating: 0, count: streams.count)
    for _ in 0..<count { counts[schedule.next()] += 1 }
    for (stream, count) in zip(streams, counts) {
      try stream.skip(sequences: count, context: context)
    }
  }
}
