/// A reader of the regular expressions of a `tokenizer.json`, which are for Oniguruma.
///
/// It and PCRE2 agree on almost everything that pre-tokenizers use. What differs is written out:
/// classes of characters by their properties, `\b`, `\v`, `\h`, `\u1234`, `{,n}`, and a class in a
/// class, which is a union (BLOOM's pattern has one). What is left is refused.
/// Source: github.com/kkos/oniguruma, doc/RE.
struct OnigurumaSyntax {
  let source: [Unicode.Scalar]
  var position = 0
  var result: PatternSpelling
  /// The number of classes that are open.
  var depth = 0
  /// The characters that the open classes name themselves.
  private var ranges: [ClosedRange<UInt32>] = []
  private var isRange = false
  /// Whether what was read last is a character, at which a range may begin.
  var mayBeginRange = false

  /// What PCRE2 is to do, as Oniguruma does with `source`.
  ///
  /// - Throws: `TokenizationError.pattern` if it has a part that is not supported.
  static func read(_ source: String) throws(TokenizationError) -> PatternSpelling {
    var syntax = OnigurumaSyntax(source)
    while syntax.position < syntax.source.count { try syntax.next() }
    return syntax.result
  }

  private init(_ source: String) {
    self.source = Array(source.unicodeScalars)
    result = PatternSpelling(source: source)
  }

  func isAhead(_ text: String) -> Bool {
    source[position...].starts(with: text.unicodeScalars)
  }

  func text(_ count: Int) -> String {
    String(
      String.UnicodeScalarView(source[position..<min(source.count, position + count)]))
  }

  mutating func copy(_ count: Int) {
    result.add(text(count))
    position = min(source.count, position + count)
  }

  private mutating func next() throws(TokenizationError) {
    if source[position] == "\\" { return try escape() }
    if depth > 0 { return try nextInClass() }
    switch source[position] {
    case "[": openClass()
    case "(": try openGroup()
    case "{": try bound()
    default:
      result.addClass([source[position].value...source[position].value])
      copy(1)
    }
  }

  private mutating func nextInClass() throws(TokenizationError) {
    switch source[position] {
    case "[" where isAhead("[:"): try posixClass()
    case "[":
      guard !isAhead("[^") else { throw refused("a negated class inside a class") }
      depth += 1
      position += 1
    case "]":
      depth -= 1
      if depth > 0 { position += 1 } else { closeClass() }
    case "&" where isAhead("&&"): throw refused("an intersection of classes")
    case "-" where mayBeginRange && !isAhead("-]"):
      isRange = true
      copy(1)
    default: literal(source[position].value, text(1), length: 1)
    }
  }

  private mutating func openClass() {
    depth = 1
    ranges = []
    (isRange, mayBeginRange) = (false, false)
    copy(isAhead("[^") ? 2 : 1)
    if position < source.count, source[position] == "]" {  // stands for itself in the first place
      literal(0x5D, "\\]", length: 1)
    }
  }

  private mutating func closeClass() {
    result.addClass(ranges)
    copy(1)
  }

  /// Takes a character that stands for itself, spelled in `length` scalars of the source.
  mutating func literal(_ value: UInt32, _ spelling: String, length: Int) {
    if depth == 0 {
      result.addClass([value...value])
    } else if isRange, let last = ranges.last, last.upperBound <= value {
      ranges[ranges.count - 1] = last.lowerBound...value
    } else {
      ranges.append(value...value)
    }
    mayBeginRange = !isRange
    isRange = false
    result.add(spelling)
    position += length
  }

  private mutating func posixClass() throws(TokenizationError) {
    guard let end = source[position...].firstIndex(of: "]"), source[end - 1] == ":" else {
      throw refused("[: without :]")
    }
    let name = String(String.UnicodeScalarView(source[position + 2..<end - 1]))
    let isNegated = name.hasPrefix("^")
    guard let union = CharacterProperty.posix(isNegated ? String(name.dropFirst()) : name) else {
      throw refused("[:\(name):]")
    }
    result.add(union, isNegated: isNegated, isInClass: true)
    mayBeginRange = false
    position = end + 1
  }

  private mutating func openGroup() throws(TokenizationError) {
    guard !isAhead("(*") else { throw refused("(*") }
    guard isAhead("(?") else { return copy(1) }
    for opening in ["(?:", "(?=", "(?!", "(?>", "(?<=", "(?<!", "(?i:"] where isAhead(opening) {
      return copy(opening.unicodeScalars.count)
    }
    if isAhead("(?m:") {  // in Oniguruma: a dot matches line breaks
      result.add("(?s:")
      position += 4
    } else if isAhead("(?i)"), position == 0 {
      copy(4)
    } else {
      throw refused(text(3))
    }
  }

  /// A bound of repetitions, `{n}`, `{n,m}`, `{n,}` or `{,m}`, or a brace that is none.
  private mutating func bound() throws(TokenizationError) {
    guard let end = source[position...].firstIndex(of: "}") else { return copy(1) }
    let inner = source[position + 1..<end]
    let isBound =
      !inner.isEmpty && inner != [","]
      && inner.allSatisfy { $0 == "," || ("0"..."9").contains($0) }
      && inner.filter { $0 == "," }.count <= 1
    guard isBound else { return copy(1) }
    let after = end + 1 < source.count ? source[end + 1] : " "
    if after == "+" { throw refused("+ behind a bound") }
    if after == "?", !inner.contains(",") { throw refused("? behind a fixed number") }
    let spelling = String(String.UnicodeScalarView(inner))
    result.add("{\(inner.first == "," ? "0" : "")\(spelling)}")
    position = end + 1
  }
}
