import Formats
import Storage
import Streams
import Testing

@Suite struct domain_pools {
  /// 40 documents, of id n with n + 1 tokens: 860 tokens with one end of text for each.
  private let tokens: WrittenTokens
  private let folder: TokenFolder

  init() throws {
    tokens = try WrittenTokens(
      "A", documents: (0..<40).map { [Int32](repeating: $0, count: Int($0) + 1) })
    folder = try TokenFolder(tokens.path)
  }

  /// The documents that a stream gives in `count` tokens, as sets of ids.
  private func ids(_ stream: DomainStream, tokens count: Int) throws -> Set<Int32> {
    var found: Set<Int32> = []
    for _ in 0..<count { found.formUnion(try stream.next(context: 1)) }
    return found
  }

  @Test func `a pool has whole documents, as near to what is asked as they come`() throws {
    for wanted in stride(from: 40, to: 860, by: 13) {
      let stream = try DomainStream(folder, poolTokens: wanted, seed: 1)
      #expect(abs(stream.available - wanted) <= 21, "half of the longest document")
      let documents = try ids(stream, tokens: 3 * stream.available).subtracting([40])
      #expect(documents.reduce(0) { $0 + Int($1) + 2 } == stream.available)
    }
  }

  @Test func `a smaller pool is the start of a larger one`() throws {
    var last: Set<Int32> = []
    for wanted in stride(from: 60, to: 860, by: 100) {
      let stream = try DomainStream(folder, poolTokens: wanted, seed: 1)
      let documents = try ids(stream, tokens: 2 * stream.available)
      #expect(documents.isSuperset(of: last) && documents.count > last.count)
      last = documents
    }
  }

  @Test func `a training that does not come to the end of its pool sees no difference`() throws {
    let (pool, whole) = (
      try DomainStream(folder, poolTokens: 500, seed: 3), try DomainStream(folder, seed: 3)
    )
    for _ in 0..<47 { #expect(try pool.next(context: 10) == whole.next(context: 10)) }
    #expect(pool.epochs > 0.9 && whole.epochs < 0.6)
  }

  @Test func `pools over several blocks are read again and again, ahead or not`() throws {
    // Three blocks of 2¹⁶ tokens and more.
    let documents: [[Int32]] = (0..<300).map { [Int32](repeating: $0 % 40, count: 700 + Int($0)) }
    let tokens = try WrittenTokens("A", documents: documents)
    let folder = try TokenFolder(tokens.path)
    let plain = try DomainStream(folder, poolTokens: 100_000, seed: 1)
    let ahead = try DomainStream(folder, poolTokens: 100_000, seed: 1, readsAhead: true)
    let later = try DomainStream(folder, poolTokens: 100_000, seed: 1)
    try later.skip(sequences: 555, context: 512)
    for index in 0..<1000 {
      let ids = try plain.next(context: 512)
      #expect(try ahead.next(context: 512) == ids)
      if index >= 555 { #expect(try later.next(context: 512) == ids) }
    }
    #expect(plain.epochs > 5)
  }

  @Test func `a pool as large as the domain is the domain`() throws {
    let (pool, whole) = (
      try DomainStream(folder, poolTokens: 900, seed: 1), try DomainStream(folder, seed: 1)
    )
    #expect(pool.available == whole.available && whole.available == 860)
    for _ in 0..<300 { #expect(try pool.next(context: 10) == whole.next(context: 10)) }
  }

  @Test func `a pool without a document is refused by name`() throws {
    let folder = try WrittenTokens("A", documents: [[Int32](repeating: 1, count: 99)])
    #expect(throws: StreamError.emptyPool("A", tokens: 49, path: folder.path + "/manifest.json")) {
      try DomainStream(TokenFolder(folder.path), poolTokens: 49, seed: 1)
    }
    let half = try DomainStream(TokenFolder(folder.path), poolTokens: 50, seed: 1)
    #expect(half.available == 100)
  }

  @Test func `a proxy repeats every domain as often as its target`() throws {
    let other = try WrittenTokens("B", documents: (0..<40).map { [$0, $0] })
    let folders = [folder, try TokenFolder(other.path)]
    let target = TargetRun(tokens: 10_000, available: ["B": 600])
    #expect(target.pools(folders, proxyTokens: 2000) == ["A": 172, "B": 120])
    // Whatever the mixture: λ T / A = λ t / pool.
    for weight in [0.1, 0.5, 0.9] {
      let pools = target.pools(folders, proxyTokens: 5000)
      #expect(weight * 10_000 / 860 == weight * 5000 / Double(pools["A"] ?? 0))
      #expect(weight * 10_000 / 600 == weight * 5000 / Double(pools["B"] ?? 0))
    }
  }
}
