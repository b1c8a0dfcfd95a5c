import Formats

/// A scanner whose hand-written code cuts text into words as a regular expression would.
protocol WordScanner: Sendable {
  /// The end of the word that starts at `start`; `end` is the end of the text.
  func wordEnd(in text: Span<UInt8>, from start: Int, to end: Int) -> Int
}

/// One of the scanners there are.
enum KnownScanner: Sendable {
  case gpt2(GPT2Scanner)
  case gpt4(GPT4Scanner)

  /// The scanner that does what `pattern` says, or nil.
  init?(pattern: String) {
    switch pattern {
    case WordPattern.gpt2: self = .gpt2(GPT2Scanner())
    case WordPattern.marks: self = .gpt2(GPT2Scanner(marksAreLetters: true))
    case WordPattern.cl100k: self = .gpt4(GPT4Scanner(mostDigits: 3))
    case WordPattern.qwen: self = .gpt4(GPT4Scanner(mostDigits: 1))
    default: return nil
    }
  }

  /// Appends the words of the text in `range` to `words`.
  func cut(_ text: Span<UInt8>, _ range: Range<Int>, into words: inout [Range<Int>]) {
    switch self {
    case .gpt2(let scanner): Self.cut(text, range, with: scanner, into: &words)
    case .gpt4(let scanner): Self.cut(text, range, with: scanner, into: &words)
    }
  }

  private static func cut(
    _ text: Span<UInt8>, _ range: Range<Int>, with scanner: some WordScanner,
    into words: inout [Range<Int>]
  ) {
    var start = range.lowerBound
    while start < range.upperBound {
      let end = scanner.wordEnd(in: text, from: start, to: range.upperBound)
      words.append(start..<end)
      start = end
    }
  }
}
