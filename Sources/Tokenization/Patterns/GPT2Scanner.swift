/// A scanner that cuts text as GPT-2's pattern does, without a regular expression.
///
///     's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
///
/// In words: a contraction; else a run of letters, numbers or other signs with at most one space
/// before it; else white space, which leaves its last character to what follows. Every byte belongs
/// to exactly one word. A byte that is not UTF-8 counts as a sign. With `marksAreLetters` the
/// pattern is `WordPattern.marks`.
/// Source: github.com/openai/gpt-2, src/encoder.py; ByteLevel in Hugging Face tokenizers has the
/// same.
struct GPT2Scanner: WordScanner {
  private let classes: CharacterClasses

  init(marksAreLetters: Bool = false) {
    classes = marksAreLetters ? .withMarks : .shared
  }

  func wordEnd(in text: Span<UInt8>, from start: Int, to end: Int) -> Int {
    let first = text[start]
    if first == UInt8(ascii: "'"), let end = contractionEnd(in: text, from: start, to: end) {
      return end
    }
    var (kind, next) = classes.classAndEnd(in: text, at: start, to: end)
    if first == UInt8(ascii: " "), next < end {
      // The space goes with what follows it, unless that is another space.
      let (following, after) = classes.classAndEnd(in: text, at: next, to: end)
      if following != .space { (kind, next) = (following, after) }
    }
    guard kind == .space else { return classes.runEnd(of: kind, in: text, from: next, to: end) }
    return classes.spaceEnd(in: text, from: start, next: next, to: end)
  }

  private func contractionEnd(in text: Span<UInt8>, from start: Int, to end: Int) -> Int? {
    guard start + 1 < end else { return nil }
    let letter = text[start + 1]
    switch letter {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"):
      return start + 2
    case UInt8(ascii: "r"), UInt8(ascii: "v"):
      return start + 2 < end && text[start + 2] == UInt8(ascii: "e") ? start + 3 : nil
    case UInt8(ascii: "l"):
      return start + 2 < end && text[start + 2] == UInt8(ascii: "l") ? start + 3 : nil
    default: return nil
    }
  }
}
