import Formats
import Storage

/// The steps that cut text into the words inside which merges happen.
struct PreTokenizer: Sendable {
  private enum Step: Sendable {
    case scanner(KnownScanner)
    case pattern(Pattern, TokenizerFile.SplitBehavior, isInverted: Bool)
  }

  private let steps: [Step]
  /// Whether a space goes in front of a text that does not start with one.
  let addsPrefixSpace: Bool
  /// The scanner, if it is the only step.
  let scanner: KnownScanner?

  init(_ parts: [TokenizerFile.PreTokenization]) throws(TokenizationError) {
    var steps: [Step] = []
    var addsPrefixSpace = false
    for part in parts {
      switch part {
      case .split(let pattern, let behavior, let isInverted):
        // The scanners' patterns leave nothing between two matches.
        if behavior == .isolated || behavior == .removed && isInverted,
          let scanner = KnownScanner(pattern: pattern)
        {
          steps.append(.scanner(scanner))
        } else {
          steps.append(.pattern(try Pattern(pattern), behavior, isInverted: isInverted))
        }
      case .byteLevel(let adds, let usesPattern):
        addsPrefixSpace = adds
        if usesPattern { steps.append(.scanner(.gpt2(GPT2Scanner()))) }
      }
    }
    (self.steps, self.addsPrefixSpace) = (steps, addsPrefixSpace)
    scanner = if steps.count == 1, case .scanner(let scanner) = steps[0] { scanner } else { nil }
  }

  /// The words of `text`, in order; what a step removes is in none of them.
  func words(in text: Span<UInt8>) -> [Range<Int>] {
    var words = [0..<text.count]
    for step in steps {
      var cut: [Range<Int>] = []
      for word in words {
        switch step {
        case .scanner(let scanner): scanner.cut(text, word, into: &cut)
        case .pattern(let pattern, let behavior, let isInverted):
          var cutter = Cutter(behavior, isInverted: isInverted, range: word)
          pattern.forEachMatch(in: text, range: word) { cutter.cut(at: $0) }
          cut += cutter.finish()
        }
      }
      words = cut
    }
    return words.filter { !$0.isEmpty }
  }
}

/// A cutter that makes words of matches and of what lies between them, as a split behaves.
///
/// Source: `NormalizedString::split` of Hugging Face tokenizers.
private struct Cutter {
  private let behavior: TokenizerFile.SplitBehavior
  private let isInverted: Bool
  private let range: Range<Int>
  private var end: Int
  private var words: [Range<Int>] = []
  /// Whether the last piece was a place to cut at.
  private var wasCut = false

  init(_ behavior: TokenizerFile.SplitBehavior, isInverted: Bool, range: Range<Int>) {
    (self.behavior, self.isInverted, self.range) = (behavior, isInverted, range)
    end = range.lowerBound
  }

  mutating func cut(at match: Range<Int>) {
    if match.lowerBound > end { add(end..<match.lowerBound, isCut: isInverted) }
    add(match, isCut: !isInverted)
    end = match.upperBound
  }

  mutating func finish() -> [Range<Int>] {
    if end < range.upperBound { add(end..<range.upperBound, isCut: isInverted) }
    return words
  }

  private mutating func add(_ piece: Range<Int>, isCut: Bool) {
    let joins =
      switch behavior {
      case .isolated, .removed: false
      case .contiguous: isCut == wasCut
      case .mergedWithPrevious: isCut && !wasCut
      case .mergedWithNext: wasCut && !isCut
      }
    wasCut = isCut
    if behavior == .removed && isCut { return }
    if joins, let last = words.last {
      words[words.count - 1] = last.lowerBound..<piece.upperBound
    } else {
      words.append(piece)
    }
  }
}
