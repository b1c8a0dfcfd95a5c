/// The kinds of characters that the patterns of GPT-2 and GPT-4 distinguish.
enum CharacterClass: UInt8 {
  case other = 0
  case letter = 1
  case number = 2
  case space = 3
}

/// The class of every Unicode scalar, as our patterns see `\p{L}`, `\p{N}` and `\s`.
///
/// The table is read off the library once (about 20 ms), so the hand-written scanners and the
/// patterns cannot disagree about a character, whatever version of Unicode this PCRE2 has.
struct CharacterClasses: Sendable {
  static let shared = CharacterClasses(letters: [#"\p{L}"#])
  /// The same, with marks as letters: for `WordPattern.marks`.
  static let withMarks = CharacterClasses(letters: [#"\p{L}"#, #"\p{M}"#])

  private let classes: [CharacterClass]

  /// The classes of the bytes below 0x80.
  let ascii: [CharacterClass]

  private init(letters: [String]) {
    var classes = [CharacterClass](repeating: .other, count: 0x110000)
    let kinds =
      letters.map { ($0, CharacterClass.letter) } + [(#"\p{N}"#, .number), (#"\s"#, .space)]
    for (name, kind) in kinds { markScalars(&classes, matching: name, as: kind) }
    self.classes = classes
    ascii = Array(classes[..<0x80])
  }

  /// The class of the scalar with that value.
  subscript(scalar: UInt32) -> CharacterClass { classes[Int(scalar)] }
}

/// The steps that the scanners take through a text; `end` is the end of the text.
extension CharacterClasses {
  /// The class of the character at `position` and where it ends.
  func classAndEnd(
    in text: Span<UInt8>, at position: Int, to end: Int
  ) -> (CharacterClass, Int) {
    let byte = text[position]
    if byte < 0x80 { return (ascii[Int(byte)], position + 1) }
    guard let (scalar, after) = decodedScalar(in: text, at: position, to: end) else {
      return (.other, position + 1)
    }
    return (self[scalar], after)
  }

  /// The end of the run of characters of one class that reaches to `from` at least.
  func runEnd(of kind: CharacterClass, in text: Span<UInt8>, from: Int, to end: Int) -> Int {
    var position = from
    while position < end {
      let byte = text[position]
      if byte < 0x80 {
        if ascii[Int(byte)] != kind { break }
        position += 1
      } else {
        let (found, after) = classAndEnd(in: text, at: position, to: end)
        if found != kind { break }
        position = after
      }
    }
    return position
  }

  /// The end of the word that starts a run of white space at `start`, whose first character ends at
  /// `next`.
  ///
  /// If something follows the run, its last character is left to that, unless it is the only one.
  func spaceEnd(in text: Span<UInt8>, from start: Int, next: Int, to end: Int) -> Int {
    var (last, position) = (start, next)
    while position < end {
      let (kind, after) = classAndEnd(in: text, at: position, to: end)
      if kind != .space { return last > start ? last : position }
      (last, position) = (position, after)
    }
    return end
  }
}
