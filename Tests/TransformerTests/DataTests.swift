import Testing
@testable import Transformer

@Suite struct data {
  @Test func `an epoch learns every token once, each document after an end of text`() throws {
    let documents: [[Int32]] = (0..<10).map { [Int32](repeating: $0, count: 6 + Int($0)) }
    let folder = try TokenFolder("A", documents: documents)
    let stream = try DomainStream(DomainFolder(folder.path), seed: 1)
    #expect(stream.available == 10 * 6 + 45 + 10)
    var text: [Int32] = []
    for _ in 0..<23 {  // of 5 tokens: one epoch
      var batch = Batch(sequences: 1, time: 5)
      try stream.next(into: &batch, at: 0)
      if text.isEmpty { text.append(batch.tokens[0]) }
      #expect(batch.tokens[0] == text[text.count - 1], "sequences overlap by one token")
      text += batch.targets
    }
    #expect(stream.epochs == 1 && stream.used == 115)
    let found = text.dropLast().split(separator: 40).map(Array.init)
    #expect(found.sorted { $0[0] < $1[0] } == documents)
    #expect(found != documents, "documents are shuffled")
  }

  @Test func `the order of a domain depends on its name and the seed`() throws {
    let documents: [[Int32]] = (0..<40).map { [$0, $0, $0] }
    func order(_ name: String, seed: UInt64) throws -> [Int32] {
      let folder = try TokenFolder(name, documents: documents)
      let stream = try DomainStream(DomainFolder(folder.path), seed: seed)
      var batch = Batch(sequences: 4, time: 20)
      for i in 0..<4 { try stream.next(into: &batch, at: i) }
      return batch.tokens
    }
    #expect(try order("A", seed: 1) == order("A", seed: 1))
    #expect(try order("A", seed: 1) != order("A", seed: 2))
    #expect(try order("A", seed: 1) != order("B", seed: 1))
  }

  @Test func `a domain without training tokens is refused by name`() throws {
    let folder = try TokenFolder("Empty", documents: [])
    #expect(throws: TrainingError.emptyDomain("Empty", path: folder.path + "/manifest.json")) {
      try DomainStream(DomainFolder(folder.path), seed: 1)
    }
  }
}
