import Formats
import Storage
import Streams
import Testing

@Suite struct domain_streams {
  @Test func `an epoch learns every token once, each document after an end of text`() throws {
    let documents: [[Int32]] = (0..<10).map { [Int32](repeating: $0, count: 6 + Int($0)) }
    let folder = try WrittenTokens("A", documents: documents)
    let stream = try DomainStream(TokenFolder(folder.path), seed: 1)
    #expect(stream.available == 10 * 6 + 45 + 10)
    var text: [Int32] = []
    for _ in 0..<23 {  // of 5 tokens: one epoch
      let ids = try stream.next(context: 5)
      if text.isEmpty { text += ids.prefix(1) }
      #expect(ids.first == text.last, "sequences overlap by one token")
      text += ids.dropFirst()
    }
    #expect(stream.epochs == 1 && stream.used == 115)
    let found = text.dropLast().split(separator: 40).map(Array.init)
    #expect(found.sorted { $0[0] < $1[0] } == documents)
    #expect(found != documents, "documents are shuffled")
  }

  @Test func `the order of a domain depends on its name and the seed`() throws {
    let documents: [[Int32]] = (0..<40).map { [$0, $0, $0] }
    func order(_ name: String, seed: UInt64) throws -> [Int32] {
      let folder = try WrittenTokens(name, documents: documents)
      let stream = try DomainStream(TokenFolder(folder.path), seed: seed)
      return try (0..<4).flatMap { _ in try stream.next(context: 20) }
    }
    #expect(try order("A", seed: 1) == order("A", seed: 1))
    #expect(try order("A", seed: 1) != order("A", seed: 2))
    #expect(try order("A", seed: 1) != order("B", seed: 1))
  }

  @Test func `reading ahead and skipping change nothing, over several epochs and blocks`() throws {
    // Three blocks of 2¹⁶ tokens and more.
    let documents: [[Int32]] = (0..<300).map {
      [Int32](repeating: $0 % 40, count: 700 + Int($0))
    }
    let tokens = try WrittenTokens("A", documents: documents)
    let folder = try TokenFolder(tokens.path)
    let plain = try DomainStream(folder, seed: 1)
    let ahead = try DomainStream(folder, seed: 1, readsAhead: true)
    let later = try DomainStream(folder, seed: 1, readsAhead: true)
    try later.skip(sequences: 777, context: 512)
    for index in 0..<1600 {
      let ids = try plain.next(context: 512)
      #expect(try ahead.next(context: 512) == ids)
      if index >= 777 { #expect(try later.next(context: 512) == ids) }
    }
    #expect(plain.epochs > 3 && later.used == plain.used)
  }

  @Test func `a domain without training tokens is refused by name`() throws {
    let folder = try WrittenTokens("Empty", documents: [])
    #expect(throws: StreamError.emptyDomain("Empty", path: folder.path + "/manifest.json")) {
      try DomainStream(TokenFolder(folder.path), seed: 1)
    }
  }

  @Test func `shares of domains are exact to within one sequence`() {
    let weights = [0.5, 0.29, 0, 0.21]
    var schedule = DomainSchedule(weights)
    var counts = [0, 0, 0, 0]
    for n in 1...1000 {
      counts[schedule.next()] += 1
      for (count, weight) in zip(counts, weights) {
        #expect(abs(Double(count) - weight * Double(n)) <= 1)
      }
    }
    #expect(counts[2] == 0)
  }
}
