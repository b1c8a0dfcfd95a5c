/// A scanner that cuts text as the patterns of GPT-4, Llama 3 and Qwen do.
///
///     (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}
///     | ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
///
/// In words: a contraction; else a run of letters, with any one sign or space before it; up to
/// `mostDigits` numbers, in which alone the patterns differ; a run of signs, with a space before it
/// and all line breaks after it; white space up to its last line break; else white space, which
/// leaves its last character to what follows. Every byte belongs to exactly one word. A byte that
/// is not UTF-8 counts as a sign.
/// Source: `WordPattern.cl100k` and `WordPattern.qwen`.
struct GPT4Scanner: WordScanner {
  let mostDigits: Int
  private let classes = CharacterClasses.shared

  init(mostDigits: Int) { self.mostDigits = mostDigits }

  func wordEnd(in text: Span<UInt8>, from start: Int, to end: Int) -> Int {
    let first = text[start]
    if first == UInt8(ascii: "'"), let end = contractionEnd(in: text, from: start, to: end) {
      return end
    }
    let (kind, next) = classes.classAndEnd(in: text, at: start, to: end)
    switch kind {
    case .letter: return classes.runEnd(of: .letter, in: text, from: next, to: end)
    case .number: return numberEnd(in: text, from: next, to: end)
    case .other, .space: break
    }
    if next < end, !isLineBreak(first) {
      let (following, after) = classes.classAndEnd(in: text, at: next, to: end)
      if following == .letter {
        return classes.runEnd(of: .letter, in: text, from: after, to: end)
      }
      if following == .other, first == UInt8(ascii: " ") {
        return signsEnd(in: text, from: after, to: end)
      }
    }
    return kind == .other
      ? signsEnd(in: text, from: next, to: end)
      : spaceEnd(in: text, from: start, next: next, to: end)
  }

  private func isLineBreak(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
  }

  private func numberEnd(in text: Span<UInt8>, from: Int, to end: Int) -> Int {
    var (position, count) = (from, 1)
    while count < mostDigits, position < end {
      let (kind, after) = classes.classAndEnd(in: text, at: position, to: end)
      if kind != .number { break }
      (position, count) = (after, count + 1)
    }
    return position
  }

  private func signsEnd(in text: Span<UInt8>, from: Int, to end: Int) -> Int {
    var position = classes.runEnd(of: .other, in: text, from: from, to: end)
    while position < end, isLineBreak(text[position]) { position += 1 }
    return position
  }

  private func spaceEnd(in text: Span<UInt8>, from start: Int, next: Int, to end: Int) -> Int {
    let run = classes.runEnd(of: .space, in: text, from: next, to: end)
    var position = run
    while position > start {
      if isLineBreak(text[position - 1]) { return position }
      position -= 1
    }
    return classes.spaceEnd(in: text, from: start, next: next, to: end)
  }

  /// The end of a contraction at `start`, in upper or lower case and with `ſ` as an `s`, or nil.
  private func contractionEnd(in text: Span<UInt8>, from start: Int, to end: Int) -> Int? {
    guard start + 1 < end else { return nil }
    func letter(_ offset: Int) -> UInt8 { start + offset < end ? text[start + offset] | 0x20 : 0 }
    switch letter(1) {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"):
      return start + 2
    case UInt8(ascii: "r"), UInt8(ascii: "v"):
      return letter(2) == UInt8(ascii: "e") ? start + 3 : nil
    case UInt8(ascii: "l"): return letter(2) == UInt8(ascii: "l") ? start + 3 : nil
    default:
      return start + 2 < end && text[start + 1] == 0xC5 && text[start + 2] == 0xBF
        ? start + 3 : nil
    }
  }
}
