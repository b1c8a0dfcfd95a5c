import Formats

/// The kind of every Unicode scalar to a step that cuts text without a pattern; 0 is none.
///
/// The sets are those of Hugging Face tokenizers, whose steps have a Unicode each.
struct CharacterKinds: Sendable {
  private let kinds: [UInt8]

  static let digits = CharacterKinds([(#"\p{N}"#, 1)], except: KnownSets.digits)
  static let punctuation = CharacterKinds(
    [(#"[\p{P}\p{S}]"#, 1)], except: KnownSets.punctuation)
  /// Characters of words are 1, white space is 0, all else 2.
  static let words = CharacterKinds(
    [(#"\S"#, 2), (#"[[:word:]]"#, 1)], except: KnownSets.words)
  static let whiteSpace = CharacterKinds([(#"\s"#, 1)], except: "")

  static func of(_ set: TokenizerFile.CharacterSet) -> CharacterKinds {
    switch set {
    case .digits: digits
    case .punctuation: punctuation
    case .words: words
    case .whiteSpace: whiteSpace
    }
  }

  /// - Parameter exceptions: Code points that are of kind 1 if they are not by the patterns, and
  ///   the other way round.
  private init(_ patterns: [(String, UInt8)], except exceptions: String) {
    var kinds = [UInt8](repeating: 0, count: 0x110000)
    for (pattern, kind) in patterns { markScalars(&kinds, matching: pattern, as: kind) }
    let other = patterns.count > 1 ? patterns[0].1 : 0
    for scalar in codePoints(exceptions) {
      kinds[Int(scalar)] = kinds[Int(scalar)] == 1 ? other : 1
    }
    self.kinds = kinds
  }

  /// The kind of the scalar with that value.
  subscript(scalar: UInt32) -> UInt8 { kinds[Int(scalar)] }

  /// Calls `body` with every character in `range` of `text` that is of a kind, or, `inRuns`, with
  /// every run of characters of one.
  func forEachMatch(
    in text: Span<UInt8>, range: Range<Int>, inRuns: Bool, _ body: (Range<Int>) -> Void
  ) {
    var (start, kind, position) = (range.lowerBound, UInt8(0), range.lowerBound)
    while position < range.upperBound {
      let (scalar, end) =
        decodedScalar(in: text, at: position, to: range.upperBound) ?? (0, position + 1)
      let found = kinds[Int(scalar)]
      if found != kind || !inRuns {
        if kind != 0 { body(start..<position) }
        (start, kind) = (position, found)
      }
      position = end
    }
    if kind != 0 { body(start..<range.upperBound) }
  }
}

/// Sets the entries of all scalars that `pattern` matches.
func markScalars<Mark>(_ marks: inout [Mark], matching pattern: String, as mark: Mark) {
  guard let pattern = try? Pattern(pattern) else { preconditionFailure("PCRE2 without Unicode") }
  pattern.forEachMatch(in: everyScalar.span, range: 0..<everyScalar.count) {
    if $0.lowerBound.isMultiple(of: 4) { marks[$0.lowerBound / 4] = mark }
  }
}

/// Every scalar in four bytes: itself, filled up with "!".
private let everyScalar: [UInt8] = {
  var text: [UInt8] = []
  text.reserveCapacity(4 * 0x110000)
  for value in 0..<UInt32(0x110000) {
    let start = text.count
    if let scalar = Unicode.Scalar(value) { text += UTF8.encode(scalar)! }
    while text.count < start + 4 { text.append(UInt8(ascii: "!")) }
  }
  return text
}()
