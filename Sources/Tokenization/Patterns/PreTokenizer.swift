import Formats
import Storage

/// The steps that cut text into the words inside which merges happen.
struct PreTokenizer: Sendable {
  private enum Step: Sendable {
    case scanner(KnownScanner)
    case pattern(Pattern, TokenizerFile.SplitBehavior, isInverted: Bool)
    case characters(
      CharacterKinds, inRuns: Bool, TokenizerFile.SplitBehavior, isInverted: Bool)
  }

  private let steps: [Step]
  /// The steps that see characters of the byte alphabet in place of bytes.
  private let stepsOnBytes: [Step]
  /// Whether a space goes in front of a text that does not start with one.
  let addsPrefixSpace: Bool
  /// The scanner, if it is the only step.
  let scanner: KnownScanner?

  init(_ parts: [TokenizerFile.PreTokenization]) throws(TokenizationError) {
    var (steps, stepsOnBytes): ([Step], [Step]) = ([], [])
    var addsPrefixSpace = false
    var isOnBytes = false
    func add(_ step: Step) {
      if isOnBytes { stepsOnBytes.append(step) } else { steps.append(step) }
    }
    for part in parts {
      switch part {
      case .split(let pattern, let behavior, let isInverted):
        // The scanners' patterns leave nothing between two matches.
        if behavior == .isolated || behavior == .removed && isInverted,
          let scanner = KnownScanner(pattern: pattern)
        {
          add(.scanner(scanner))
        } else {
          add(.pattern(try Pattern(pattern), behavior, isInverted: isInverted))
        }
      case .characters(let set, let inRuns, let behavior, let isInverted):
        add(.characters(.of(set), inRuns: inRuns, behavior, isInverted: isInverted))
      case .byteLevel(let adds, let usesPattern):
        addsPrefixSpace = adds
        if usesPattern { add(.scanner(.gpt2(GPT2Scanner()))) }
        isOnBytes = true
      }
    }
    (self.steps, self.stepsOnBytes) = (steps, stepsOnBytes)
    self.addsPrefixSpace = addsPrefixSpace
    scanner =
      if steps.count == 1, stepsOnBytes.isEmpty, case .scanner(let scanner) = steps[0] {
        scanner
      } else {
        nil
      }
  }

  /// The words of `text`, in order; what a step removes is in none of them.
  func words(in text: Span<UInt8>) -> [Range<Int>] {
    let words = Self.cut(text, 0..<text.count, by: steps)
    if stepsOnBytes.isEmpty { return words }
    return words.flatMap { word in
      // The places in the word's spelling at which each of its bytes begins, and its end.
      var (spelling, bytes): ([UInt8], [Int]) = ([], [])
      for position in word {
        let encoded = UTF8.encode(ByteAlphabet.scalars[Int(text[position])])!
        spelling += encoded
        bytes += [Int](repeating: position, count: encoded.count)
      }
      bytes.append(word.upperBound)
      return Self.cut(spelling.span, 0..<spelling.count, by: stepsOnBytes).map {
        bytes[$0.lowerBound]..<bytes[$0.upperBound]
      }
    }
  }

  private static func cut(
    _ text: Span<UInt8>, _ range: Range<Int>, by steps: [Step]
  ) -> [Range<Int>] {
    var words = [range]
    for step in steps {
      var cut: [Range<Int>] = []
      for word in words {
        switch step {
        case .scanner(let scanner): scanner.cut(text, word, into: &cut)
        case .pattern(let pattern, let behavior, let isInverted):
          var cutter = Cutter(behavior, isInverted: isInverted, range: word)
          pattern.forEachMatch(in: text, range: word) { cutter.cut(at: $0) }
          cut += cutter.finish()
        case .characters(let kinds, let inRuns, let behavior, let isInverted):
          var cutter = Cutter(behavior, isInverted: isInverted, range: word)
          kinds.forEachMatch(in: text, range: word, inRuns: inRuns) { cutter.cut(at: $0) }
          cut += cutter.finish()
        }
      }
      words = cut
    }
    return words.filter { !$0.isEmpty }
  }
}
