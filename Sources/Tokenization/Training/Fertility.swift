package import Formats
package import Parallel

extension WordCounts {
  /// The number of tokens that a tokenizer makes of all the text counted.
  ///
  /// It has to cut text into the same words.
  package func tokens(of tokenizer: Tokenizer) -> Int {
    var encoder = Encoder(tokenizer)
    var buffer: [Int32] = []
    return words.reduce(0) { sum, word in
      buffer.removeAll(keepingCapacity: true)
      encoder.encode(word.bytes.span, into: &buffer)
      return sum + word.count * buffer.count
    }
  }

  /// How a tokenizer fits the text counted, beside one that is trained by size.
  package func fertility(
    domain: String, _ tokenizer: Tokenizer, bySize: Tokenizer?
  ) -> FertilityFile.Row {
    let classes = CharacterClasses.withMarks
    var (characters, letters, distinct) = (0, 0, 0)
    for word in words {
      let span = word.bytes.span
      characters += word.count * word.bytes.count { $0 & 0xC0 != 0x80 }
      let start = word.bytes.count > 1 && word.bytes[0] == UInt8(ascii: " ") ? 1 : 0
      if classes.classAndEnd(in: span, at: start, to: span.count).0 == .letter {
        letters += word.count
        distinct += 1
      }
    }
    return FertilityFile.Row(
      domain: domain, bytes: bytes, characters: characters, words: letters,
      distinctWords: distinct, tokens: tokens(of: tokenizer),
      tokensBySize: bySize.map { tokens(of: $0) })
  }
}

/// Returns the fertility of each domain with text, by its name.
package func fertilities(
  _ domains: [(name: String, counts: WordCounts)], _ tokenizer: Tokenizer, bySize: Tokenizer?,
  pool: WorkerPool
) -> [FertilityFile.Row] {
  let present = domains.filter { $0.counts.bytes > 0 }
  let rows = present.map { _ in LockedValue<FertilityFile.Row?>(nil) }
  pool.run(tasks: present.count) { task, _ in
    let domain = present[task]
    let row = domain.counts.fertility(domain: domain.name, tokenizer, bySize: bySize)
    rows[task].update { $0 = row }
  }
  return rows.compactMap(\.value)
}
