/// What the GPT-2 pattern distinguishes.
enum CharacterClass: UInt8 {
  case other = 0
  case letter = 1
  case number = 2
  case space = 3
}

/// The class of every Unicode scalar, as our patterns see `\p{L}`, `\p{N}` and `\s`.
///
/// The table is read off the library once (about 20 ms), so the hand-written scanner and the patterns
/// cannot disagree about a character, whatever version of Unicode this PCRE2 has.
struct CharacterClasses: Sendable {
  static let shared = CharacterClasses()

  private let classes: [CharacterClass]

  /// The classes of the bytes below 0x80.
  let ascii: [CharacterClass]

  private init() {
    var classes = [CharacterClass](repeating: .other, count: 0x110000)
    // Every scalar in four bytes: itself, filled up with "!", which belongs to none of the classes.
    var text: [UInt8] = []
    text.reserveCapacity(4 * classes.count)
    for value in 0..<UInt32(classes.count) {
      let start = text.count
      if let scalar = Unicode.Scalar(value) { text += Array(UTF8.encode(scalar)!) }
      while text.count < start + 4 { text.append(UInt8(ascii: "!")) }
    }
    for (name, kind) in [("\\p{L}", CharacterClass.letter), ("\\p{N}", .number), ("\\s", .space)] {
      guard let pattern = try? Pattern(name) else { preconditionFailure("PCRE2 without Unicode") }
      pattern.forEachMatch(in: text.span, range: 0..<text.count) {
        classes[$0.lowerBound / 4] = kind
      }
    }
    self.classes = classes
    ascii = Array(classes[..<0x80])
  }

  subscript(scalar: UInt32) -> CharacterClass { classes[Int(scalar)] }
}
