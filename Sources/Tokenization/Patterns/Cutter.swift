import Formats

/// A cutter that makes words of matches and of what lies between them, as a split behaves.
///
/// Source: `NormalizedString::split` of Hugging Face tokenizers.
struct Cutter {
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
