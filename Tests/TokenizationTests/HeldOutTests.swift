import Formats
import Parallel
import Storage
import TestSupport
import Testing
@testable import Tokenization

@Suite struct HeldOut {
  private let table: DomainTable
  private let tokenizer: Tokenizer
  init() throws {
    table = try DomainTable(text: "A\tpath=*\n", path: "domains.tsv")
    tokenizer = try tinyTokenizer([("w", "o"), ("r", "d"), ("wo", "rd")])
  }

  private typealias Text = [UInt8]

  /// Texts of words that no two of them share, in paragraphs.
  private func texts(_ count: Int, words: Int, name: String = "t") -> [Text] {
    (0..<count).map { text in
      Array(
        (0..<words).map { "\(name)\(text)x\($0)" + ($0 % 9 == 8 ? ".\n\n" : " ") }.joined().utf8)
    }
  }

  private func plan(
    _ texts: [Text], tokens: Int, share: Double = 0.1, duplicates: Duplicates? = nil
  ) -> HeldOutPlan {
    let survey = HeldOutSurvey(
      .init(validation: tokens, test: tokens, share: share), domains: table, tokenizer: tokenizer,
      duplicates: duplicates, pool: WorkerPool(threads: 2))
    survey.add(texts.map { Corpus.Document(domain: 0, file: 0, text: $0) })
    return survey.plan()
  }

  /// The held-out texts of a split, sorted.
  private func held(_ plan: HeldOutPlan, _ split: Split, of texts: [Text]) -> [String] {
    texts.flatMap { text in
      (plan.domains[0].pieces[textKey(sha256Digest(text))] ?? [])
        .filter { $0.split == split }.map { String(decoding: text[$0.range], as: UTF8.self) }
    }.sorted()
  }

  private func bytes(_ texts: [Text]) -> Int { texts.reduce(0) { $0 + $1.count } }

  @Test func `no held-out text is a near-duplicate of another where those are left out`() {
    // Each text four times, with other first words.
    let texts = texts(100, words: 200).flatMap { text in
      (0..<4).map { Array("copy number \($0) of it ".utf8) + text }
    }
    func held(_ duplicates: Duplicates?) -> [String] {
      let plan = plan(texts, tokens: 10_000, share: 0.5, duplicates: duplicates)
      return [Split.validation, .test].flatMap { self.held(plan, $0, of: texts) }
        .map { String($0.drop { $0 != "t" }.prefix { $0 != "x" }) }
    }
    #expect(Set(held(.exact)).count < held(.exact).count)
    #expect(held(.near).count > 4)
    #expect(Set(held(.near)).count == held(.near).count)
  }

  @Test(arguments: [16, 100, 4096]) func `passages are the text, each of its size`(size: Int) {
    for text in texts(3, words: 700) + [Array(String(repeating: "é漢", count: 3000).utf8)] {
      let ranges = Passages(of: text, size: size).ranges
      #expect(ranges.flatMap { text[$0] } == text)
      #expect(ranges.dropLast().allSatisfy { size..<2 * size ~= $0.count })
      #expect(ranges.allSatisfy { String(validating: text[$0], as: UTF8.self) != nil })
    }
    let paragraphs = texts(1, words: 700)[0]
    if size > 100 {
      for range in Passages(of: paragraphs, size: size).ranges {
        #expect(
          paragraphs[range].suffix(2) == Array("\n\n".utf8)[...]
            || range.upperBound == paragraphs.count)
      }
    }
  }

  @Test
  func `a domain of few long texts is held out in passages, with nothing learned beside them`() {
    let books = texts(3, words: 20_000)
    let plan = plan(books, tokens: 5000)
    let domain = plan.domains[0]
    for split in [Split.validation, .test] {
      #expect((5000..<9000).contains(domain.tokens[split] ?? 0))
    }
    for text in books {
      let pieces = domain.pieces[textKey(sha256Digest(text))] ?? []
      for (left, right) in zip(pieces, pieces.dropFirst()) {
        let isLearned = [left, right].contains { $0.split == .train }
        #expect(right.range.lowerBound - left.range.upperBound >= (isLearned ? 512 : 0))
      }
      // Most of each book is learned from.
      let learned = pieces.filter { $0.split == .train }.reduce(0) { $0 + $1.range.count }
      #expect(pieces.isEmpty || 10 * learned > 7 * text.count)
    }
    #expect(plan.shortfalls.isEmpty)
  }

  @Test func `of many texts whole ones are held out`() {
    let posts = texts(2000, words: 20)
    let plan = plan(posts, tokens: 3000)
    for split in [Split.validation, .test] {
      let held = held(plan, split, of: posts)
      #expect(
        held.count > 5 && Set(held).isSubset(of: posts.map { String(decoding: $0, as: UTF8.self) }))
    }
    #expect(plan.domains[0].bytesLeftOut == 0)
  }

  @Test func `the order of the texts does not count, and no text moves as others come`() {
    let posts = texts(3000, words: 20)
    let (all, shuffled) = (plan(posts, tokens: 4000), plan(posts.reversed(), tokens: 4000))
    let fewer = plan(Array(posts[..<2000]), tokens: 4000)
    for (split, other) in [(Split.validation, Split.test), (.test, .validation)] {
      #expect(held(all, split, of: posts) == held(shuffled, split, of: posts))
      let before = Set(held(fewer, split, of: posts))
      #expect(before.isDisjoint(with: held(all, other, of: posts)))
      // The same ranks: what of the first texts is still held out was held out before.
      let still = held(all, split, of: Array(posts[..<2000]))
      #expect(!still.isEmpty && before.isSuperset(of: still))
    }
  }

  @Test(arguments: [(1, 3000), (12, 2000), (400, 30)])
  func `never more than the share is held out`(count: Int, words: Int) {
    let texts = texts(count, words: words)
    let plan = plan(texts, tokens: 1 << 30, share: 0.2)
    for split in [Split.validation, .test] {
      let size = held(plan, split, of: texts).reduce(0) { $0 + $1.utf8.count }
      #expect(10 * size <= bytes(texts) && 40 * size > bytes(texts))
    }
    #expect(plan.shortfalls.count == 2)
  }

  @Test func `runs of 13 words are those of the words, wherever they stand`() {
    let words = (0..<400).map { "word\($0 * 7919 % 1000)" }
    func hashes(_ text: String) -> [UInt64] {
      var found: [UInt64] = []
      WordGrams.forEach(in: Array(text.utf8).span) { found.append($0) }
      return found
    }
    let all = hashes(words.joined(separator: " "))
    #expect((60..<140).contains(all.count))  // a quarter of 388
    // Each run alone gives the same hash, or is not kept.
    let alone = (0...words.count - 13).flatMap {
      hashes(words[$0..<$0 + 13].joined(separator: ", "))
    }
    #expect(alone == all)
    #expect(hashes(words.joined(separator: " ").uppercased()) == all)
    #expect(hashes(words.prefix(12).joined(separator: " ")).isEmpty)
    #expect(!hashes(String(repeating: "漢字仮名", count: 40)).isEmpty)
  }

  @Test func `copies and near-duplicates of held-out text are not learned from`() throws {
    let scratch = try TemporaryFolder()
    let originals = texts(300, words: 60)
    let plan = plan(originals, tokens: 4000)
    let chosen = held(plan, .test, of: originals)
    let near = chosen.map { $0 + "and some more words that were added at its end" }
    let few = chosen.map { text in
      text.split(separator: " ").prefix(30).joined(separator: " ")
        + (0..<200).map { " else\($0)" }.joined()
    }
    var options = ShardBuilder.Options(rule: .plan(plan), tokensPerShard: 100_000)
    options.folder = "\(scratch.path)/out"
    let builder = try ShardBuilder(
      tokenizer: tokenizer, endOfText: 1000, domains: table, corpusFiles: ["-"], options: options,
      pool: WorkerPool(threads: 2))
    let documents = (originals + (chosen + near + few).map { Array($0.utf8) }).map {
      Corpus.Document(domain: 0, file: 0, text: $0)
    }
    try builder.add(documents)
    let manifest = try builder.finish()[0]
    #expect(manifest.heldOut?.copies == chosen.count)
    #expect(manifest.heldOut?.nearDuplicates == chosen.count)
    #expect(manifest.heldOut?.sharing ?? 0 > chosen.count / 2)
    #expect(manifest.splits["test"]?.amount.documents == chosen.count)
    let heldOut = held(plan, .validation, of: originals).count + chosen.count
    #expect(
      manifest.splits["train"]?.amount.documents == originals.count - heldOut + few.count)
  }

  @Test(arguments: [1, 3]) func `overlaps are the runs that both have`(threads: Int) throws {
    let scratch = try TemporaryFolder()
    func file(_ name: String, _ texts: [Text]) throws -> TokenFileReader {
      let path = "\(scratch.path)/\(name).tok.zst"
      let writer = try TokenFileWriter(
        path,
        header: TokenHeader(
          provenance: Provenance(
            format: TokenHeader.format, version: 1, tool: .tokenizeShards, inputs: []),
          tokenizer: tokenizer.sha256, vocabulary: tokenizer.vocabularySize, endOfText: 1000,
          domain: "A", split: "train"))
      var encoder = Encoder(tokenizer)
      for text in texts { try writer.append(encoder.encode(text), bytes: text.count) }
      try writer.commit()
      return try TokenFileReader(path)
    }
    func runs(_ texts: [Text]) -> Set<UInt64> {
      var found: Set<UInt64> = []
      for text in texts { WordGrams.forEach(in: text.span) { found.insert($0) } }
      return found
    }
    let (first, second) = (texts(6, words: 90), texts(5, words: 80, name: "other"))
    // Two of the first set's texts stand in longer training texts, one of the second's in part.
    let training =
      texts(20, words: 50, name: "more") + [first[0] + second[1].prefix(300), first[4]]
    let counter = OverlapCounter(tokenizer: tokenizer, pool: WorkerPool(threads: threads))
    try counter.addSet([file("first", first)])
    try counter.addSet([file("second", second)])
    let found = try counter.overlaps(with: [file("training", training)])
    for (overlap, set) in zip(found, [first, second]) {
      #expect(overlap.runs == runs(set).count)
      #expect(overlap.shared == runs(set).intersection(runs(training)).count)
      #expect(
        overlap.documents == training.count { !runs([$0]).isDisjoint(with: runs(set)) })
    }
    #expect(found[0].documents == 2 && found[1].documents == 1 && found[1].shared > 0)
  }
}
