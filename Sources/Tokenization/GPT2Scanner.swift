import Formats

/// Cuts text the way GPT-2's pattern does, without a regular expression.
///
///     's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
///
/// In words: a contraction; else a run of letters, numbers or other signs with at most one space
/// before it; else white space, which leaves its last character to what follows. Every byte belongs to
/// exactly one word. A byte that is no UTF-8 counts as a sign.
/// Source: github.com/openai/gpt-2, src/encoder.py; ByteLevel in Hugging Face tokenizers has the same.
struct GPT2Scanner: Sendable {
  static let pattern = WordPattern.gpt2

  private let classes = CharacterClasses.shared

  /// Where the word that starts at `start` ends; `end` is the end of the text.
  func wordEnd(in text: Span<UInt8>, from start: Int, to end: Int) -> Int {
    let first = text[start]
    if first == UInt8(ascii: "'"), let end = contractionEnd(in: text, from: start, to: end) {
      return end
    }
    var (kind, next) = classAndEnd(in: text, at: start, to: end)
    if first == UInt8(ascii: " "), next < end {
      // The space goes with what follows it, unless that is another space.
      let (following, after) = classAndEnd(in: text, at: next, to: end)
      if following != .space { (kind, next) = (following, after) }
    }
    guard kind == .space else { return runEnd(of: kind, in: text, from: next, to: end) }
    return spaceEnd(in: text, from: start, next: next, to: end)
  }

  /// The end of a run of white space: before its last character if something follows and two or more are there.
  private func spaceEnd(in text: Span<UInt8>, from start: Int, next: Int, to end: Int) -> Int {
    var (last, position) = (start, next)
    while position < end {
      let (kind, after) = classAndEnd(in: text, at: position, to: end)
      if kind != .space { return last > start ? last : position }
      (last, position) = (position, after)
    }
    return end
  }

  private func runEnd(of kind: CharacterClass, in text: Span<UInt8>, from: Int, to end: Int) -> Int
  {
    var position = from
    while position < end {
      let byte = text[position]
      if byte < 0x80 {
        if classes.ascii[Int(byte)] != kind { break }
        position += 1
      } else {
        let (found, after) = classAndEnd(in: text, at: position, to: end)
        if found != kind { break }
        position = after
      }
    }
    return position
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

  /// The class of the character at `position` and where it ends.
  private func classAndEnd(
    in text: Span<UInt8>, at position: Int, to end: Int
  ) -> (CharacterClass, Int) {
    let byte = text[position]
    if byte < 0x80 { return (classes.ascii[Int(byte)], position + 1) }
    guard let (scalar, after) = decodedScalar(in: text, at: position, to: end) else {
      return (.other, position + 1)
    }
    return (classes[scalar], after)
  }
}

/// The scalar at `position` and where it ends, or nil if there is no well-formed UTF-8 (RFC 3629).
func decodedScalar(in text: Span<UInt8>, at position: Int, to end: Int) -> (UInt32, Int)? {
  let lead = text[position]
  if lead < 0x80 { return (UInt32(lead), position + 1) }
  let (length, least): (Int, UInt32) =
    switch lead {
    case 0xC2...0xDF: (2, 0x80)
    case 0xE0...0xEF: (3, 0x800)
    case 0xF0...0xF4: (4, 0x10000)
    default: (0, 0)
    }
  guard length > 0, position + length <= end else { return nil }
  var scalar = UInt32(lead) & (0x7F >> UInt32(length))
  for offset in 1..<length {
    let byte = text[position + offset]
    guard byte & 0xC0 == 0x80 else { return nil }
    scalar = scalar << 6 | UInt32(byte & 0x3F)
  }
  guard scalar >= least, scalar < 0x110000, !(0xD800..<0xE000).contains(scalar) else { return nil }
  return (scalar, position + length)
}
