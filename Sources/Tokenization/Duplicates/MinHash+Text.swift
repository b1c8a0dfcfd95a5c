package import Formats
package import Parallel

extension MinHash {
  /// The signature of a text's runs of 5 words; of all its words, where there are fewer.
  ///
  /// Each of the hashes is a linear permutation of 32-bit numbers, x → ax + b (Bohman, Cooper and
  /// Frieze 2000, doi:10.37236/1504). A run costs 112 multiplications and minima, 7 vectors.
  init(of text: Span<UInt8>) {
    var runs: [UInt32] = []
    runs.reserveCapacity(text.count / 5)
    let short = Self.runs.forEach(in: text) { runs.append(UInt32(truncatingIfNeeded: $0 >> 32)) }
    if let short { runs.append(UInt32(truncatingIfNeeded: short >> 32)) }
    guard !runs.isEmpty else {
      self.init()
      return
    }
    let (multipliers, offsets) = (Permutations.multipliers, Permutations.offsets)
    var minima = Vectors(repeating: .init(repeating: .max))
    for index in 0..<7 {
      let (multiplier, offset) = (multipliers[index], offsets[index])
      var minimum = minima[index]
      for run in runs {
        let hash = SIMD16(repeating: run) &* multiplier &+ offset
        minimum.replace(with: hash, where: hash .< minimum)
      }
      minima[index] = minimum
    }
    let values = (0..<Self.hashes).map { minima[$0 / 16][$0 % 16] }
    self.init(minima: values.span)
  }

  private static let runs = WordRuns(of: 5)

  /// The signature of each text.
  package static func signatures(
    of documents: [Corpus.Document], pool: WorkerPool
  ) -> [MinHash] {
    let signatures = documents.map { _ in LockedValue(MinHash()) }
    pool.run(tasks: documents.count) { task, _ in
      let text = documents[task].text
      signatures[task].value = MinHash(of: text.span)
    }
    return signatures.map(\.value)
  }
}

private typealias Vectors = InlineArray<7, SIMD16<UInt32>>

/// The permutations x → ax + b of 32-bit numbers, with odd a.
private enum Permutations {
  static let multipliers = numbers("multipliers") { $0 | 1 }
  static let offsets = numbers("offsets") { $0 }

  private static func numbers(_ purpose: String, _ number: (UInt32) -> UInt32) -> Vectors {
    var random = RandomStream(seed: 0, purpose: "minhash \(purpose)")
    var numbers = Vectors(repeating: .init())
    for index in 0..<MinHash.hashes {
      numbers[index / 16][index % 16] = number(UInt32(truncatingIfNeeded: random.next() >> 32))
    }
    return numbers
  }
}
