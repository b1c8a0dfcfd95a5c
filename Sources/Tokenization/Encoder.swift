/// An encoder of text with a tokenizer; one for each thread, because it remembers words.
package struct Encoder {
  private let tokenizer: Tokenizer
  private var cache = WordCache()
  /// The tokens of the word at hand, while it is merged.
  private var parts: [Int32] = []
  /// The ranks of the pairs of neighbours in `parts`.
  private var ranks: [Int32] = []
  /// The number of bytes so far that the vocabulary has no token for.
  package private(set) var bytesWithoutToken = 0

  /// The bytes up to which a word is merged by searching all its pairs for the lowest rank each
  /// time: clauses of scripts without spaces are mostly shorter.
  private static let shortWord = 256

  package init(_ tokenizer: Tokenizer) { self.tokenizer = tokenizer }

  /// The tokens of `text`.
  package mutating func encode(_ text: String) -> [Int32] { encode(Array(text.utf8)) }

  /// The tokens of `text`, which should be UTF-8.
  package mutating func encode(_ text: [UInt8]) -> [Int32] {
    var tokens: [Int32] = []
    encode(text.span, into: &tokens)
    return tokens
  }

  /// Appends the tokens of `text`: the ids of Hugging Face's `encode` without a post-processor.
  ///
  /// Bytes that are not UTF-8 are encoded too, and decode to themselves; those that the vocabulary
  /// has no token for become its unknown token, or are dropped if it has none.
  package mutating func encode(_ text: Span<UInt8>, into tokens: inout [Int32]) {
    var start = 0
    while let (range, id) = tokenizer.literalTokens.first(in: text, from: start) {
      normalizeAndEncode(text.extracting(start..<range.lowerBound), into: &tokens)
      tokens.append(id)
      start = range.upperBound
    }
    normalizeAndEncode(text.extracting(start..<text.count), into: &tokens)
  }

  private mutating func normalizeAndEncode(_ text: Span<UInt8>, into tokens: inout [Int32]) {
    if let normalized = tokenizer.normalizer?.normalized(text) {
      encodeNormalized(normalized.span, into: &tokens)
    } else {
      encodeNormalized(text, into: &tokens)
    }
  }

  private mutating func encodeNormalized(_ text: Span<UInt8>, into tokens: inout [Int32]) {
    var start = 0
    while let (range, id) = tokenizer.normalizedTokens.first(in: text, from: start) {
      encodeWords(text.extracting(start..<range.lowerBound), into: &tokens)
      tokens.append(id)
      start = range.upperBound
    }
    encodeWords(text.extracting(start..<text.count), into: &tokens)
  }

  private mutating func encodeWords(_ text: Span<UInt8>, into tokens: inout [Int32]) {
    guard !text.isEmpty else { return }
    if tokenizer.preTokenizer.addsPrefixSpace, text[0] != UInt8(ascii: " ") {
      var spaced = [UInt8(ascii: " ")]
      for index in text.indices { spaced.append(text[index]) }
      return encodeSpaced(spaced.span, into: &tokens)
    }
    encodeSpaced(text, into: &tokens)
  }

  private mutating func encodeSpaced(_ text: Span<UInt8>, into tokens: inout [Int32]) {
    switch tokenizer.preTokenizer.scanner {
    case .gpt2(let scanner): encodeSpaced(text, with: scanner, into: &tokens)
    case .gpt4(let scanner): encodeSpaced(text, with: scanner, into: &tokens)
    case nil:
      for word in tokenizer.preTokenizer.words(in: text) {
        encode(word: word, of: text, into: &tokens)
      }
    }
  }

  private mutating func encodeSpaced(
    _ text: Span<UInt8>, with scanner: some WordScanner, into tokens: inout [Int32]
  ) {
    var start = 0
    while start < text.count {
      let end = scanner.wordEnd(in: text, from: start, to: text.count)
      encode(word: start..<end, of: text, into: &tokens)
      start = end
    }
  }

  private mutating func encode(
    word: Range<Int>, of text: Span<UInt8>, into tokens: inout [Int32]
  ) {
    let key = WordKey(word, of: text)
    if let key, let known = cache[key] {
      for index in 0..<WordCache.mostTokens where known[index] >= 0 { tokens.append(known[index]) }
      return
    }
    let (start, missing) = (tokens.count, bytesWithoutToken)
    merge(word: word, of: text, into: &tokens)
    // A word whose bytes have to be counted each time is not remembered.
    if let key, bytesWithoutToken == missing { cache.keep(tokens[start...], of: key) }
  }

  private mutating func merge(word: Range<Int>, of text: Span<UInt8>, into tokens: inout [Int32]) {
    if !tokenizer.wholeWords.isEmpty,
      let token = tokenizer.wholeWords[word.map { text[$0] }]
    {
      tokens.append(token)
      return
    }
    parts.removeAll(keepingCapacity: true)
    var isNext = false
    for position in word {
      let token = tokenizer.byteTokens[Int(text[position])]
      if token >= 0 {
        parts.append(token)
        isNext = false
      } else {
        addUnknown(isNext: isNext)
        isNext = true
      }
    }
    guard !parts.isEmpty else { return }
    if parts.count > Self.shortWord {
      tokens += LongWordMerger.merged(parts, pairs: tokenizer.pairs)
      return
    }
    mergeParts()
    tokens += parts
  }

  /// Adds what stands for a byte without a token; `isNext` if the byte before it has none either.
  private mutating func addUnknown(isNext: Bool) {
    bytesWithoutToken += 1
    guard let unknown = tokenizer.unknown, !(isNext && tokenizer.fusesUnknown) else { return }
    parts.append(unknown)
  }

  /// Merges the pair of lowest rank in `parts`, the leftmost of equals, until no pair is left.
  private mutating func mergeParts() {
    let none = Int32.max
    func rank(_ left: Int32, _ right: Int32) -> Int32 {
      let found = tokenizer.pairs[left, right].rank
      return found < 0 ? none : found
    }
    ranks.removeAll(keepingCapacity: true)
    for index in 0..<parts.count - 1 { ranks.append(rank(parts[index], parts[index + 1])) }
    while true {
      // Without the place, the loop is one of vectors.
      var lowest = none
      for rank in ranks { lowest = min(lowest, rank) }
      guard lowest < none, let best = ranks.firstIndex(of: lowest) else { return }
      parts[best] = tokenizer.pairs[parts[best], parts[best + 1]].token
      parts.remove(at: best + 1)
      ranks.remove(at: best)
      if best < ranks.count { ranks[best] = rank(parts[best], parts[best + 1]) }
      if best > 0 { ranks[best - 1] = rank(parts[best - 1], parts[best]) }
    }
  }
}
