/// A translation to PCRE2 of a regular expression of a `tokenizer.json`, which is for Oniguruma.
///
/// The two agree on almost everything that pre-tokenizers use. What differs is written out: `\s` is
/// Unicode's White_Space (PCRE2's own also has U+180E, the Mongolian vowel separator), `\w` has all
/// of Alphabetic and the marks, and a class inside a class is a union (BLOOM's pattern has one).
/// Source: github.com/kkos/oniguruma, doc/RE.
struct OnigurumaSyntax {
  private static let word = #"\p{Alphabetic}\p{M}\p{Nd}\p{Pc}"#

  private let source: [Unicode.Scalar]
  private var position = 0
  private var result = ""
  /// The number of classes that are open.
  private var depth = 0

  /// The pattern with which PCRE2 does what Oniguruma does with `source`.
  ///
  /// - Throws: `TokenizationError.pattern` if it has a part that is not supported.
  static func spelledForPCRE2(_ source: String) throws(TokenizationError) -> String {
    var spelling = OnigurumaSyntax(source: Array(source.unicodeScalars))
    while spelling.position < spelling.source.count { try spelling.next() }
    return spelling.result
  }

  private init(source: [Unicode.Scalar]) { self.source = source }

  private func isAhead(_ text: String) -> Bool {
    source[position...].starts(with: text.unicodeScalars)
  }

  private mutating func copy(_ count: Int) {
    let end = min(source.count, position + count)
    result.unicodeScalars.append(contentsOf: source[position..<end])
    position = end
  }

  private mutating func next() throws(TokenizationError) {
    switch source[position] {
    case "\\": try escape()
    case "[" where depth == 0: openClass()
    case "[" where isAhead("[:"): copyPosixClass()
    case "[":
      guard !isAhead("[^") else { throw refused("a negated class inside a class") }
      depth += 1
      position += 1
    case "]" where depth > 0:
      depth -= 1
      if depth == 0 { copy(1) } else { position += 1 }
    case "&" where depth > 0 && isAhead("&&"): throw refused("an intersection of classes")
    default: copy(1)
    }
  }

  private mutating func openClass() {
    depth = 1
    copy(isAhead("[^") ? 2 : 1)
    if position < source.count, source[position] == "]" {  // stands for itself in the first place
      result += "\\"
      copy(1)
    }
  }

  private mutating func copyPosixClass() {
    while position < source.count, !isAhead(":]") { copy(1) }
    copy(2)
  }

  private mutating func escape() throws(TokenizationError) {
    guard position + 1 < source.count else { return copy(1) }
    let isInClass = depth > 0
    switch source[position + 1] {
    case "s": result += #"\p{White_Space}"#
    case "S": result += #"\P{White_Space}"#
    case "w": result += isInClass ? Self.word : "[\(Self.word)]"
    case "W" where isInClass: throw refused("\\W inside a class")
    case "W": result += "[^\(Self.word)]"
    case "h": result += isInClass ? "0-9a-fA-F" : "[0-9a-fA-F]"
    case "H", "R", "X", "y", "Y": throw refused("\\\(source[position + 1])")
    default: return copy(2)
    }
    position += 2
  }

  private func refused(_ what: String) -> TokenizationError {
    .pattern(
      String(String.UnicodeScalarView(source)), offset: position, reason: "\(what) is not supported"
    )
  }
}
