import Formats
import Storage

/// Cuts text into the words inside which merges happen.
struct PreTokenizer: Sendable {
  private enum Step: Sendable {
    case gpt2(GPT2Scanner)
    case pattern(Pattern)
  }

  private let steps: [Step]
  /// A space goes in front of a text that does not start with one.
  let addsPrefixSpace: Bool
  /// The scanner, if it is all there is.
  let scanner: GPT2Scanner?

  init(_ parts: [TokenizerFile.PreTokenization]) throws(TokenizationError) {
    var steps: [Step] = []
    var addsPrefixSpace = false
    for part in parts {
      switch part {
      case .split(GPT2Scanner.pattern): steps.append(.gpt2(GPT2Scanner()))
      case .split(let pattern): steps.append(.pattern(try Pattern(pattern)))
      case .byteLevel(let adds, let usesPattern):
        addsPrefixSpace = adds
        if usesPattern { steps.append(.gpt2(GPT2Scanner())) }
      }
    }
    (self.steps, self.addsPrefixSpace) = (steps, addsPrefixSpace)
    scanner = if steps.count == 1, case .gpt2(let scanner) = steps[0] { scanner } else { nil }
  }

  /// The words of `text`, which cover it without a gap.
  func words(in text: Span<UInt8>) -> [Range<Int>] {
    var words = [0..<text.count]
    for step in steps {
      var cut: [Range<Int>] = []
      for word in words {
        switch step {
        case .gpt2(let scanner):
          var start = word.lowerBound
          while start < word.upperBound {
            let end = scanner.wordEnd(in: text, from: start, to: word.upperBound)
            cut.append(start..<end)
            start = end
          }
        case .pattern(let pattern): cut += matchesAndGaps(of: pattern, in: text, word)
        }
      }
      words = cut
    }
    return words.filter { !$0.isEmpty }
  }

  private func matchesAndGaps(
    of pattern: Pattern, in text: Span<UInt8>, _ range: Range<Int>
  ) -> [Range<Int>] {
    var (pieces, end): ([Range<Int>], Int) = ([], range.lowerBound)
    pattern.forEachMatch(in: text, range: range) { match in
      if match.lowerBound > end { pieces.append(end..<match.lowerBound) }
      pieces.append(match)
      end = match.upperBound
    }
    if end < range.upperBound { pieces.append(end..<range.upperBound) }
    return pieces
  }
}
