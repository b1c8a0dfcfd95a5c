/// What begins with a backslash.
extension OnigurumaSyntax {
  mutating func escape() throws(TokenizationError) {
    guard position + 1 < source.count else { return copy(1) }
    let letter = source[position + 1]
    let isUpper = ("A"..."Z").contains(letter)
    switch letter {
    case "p" where isAhead("\\p{"), "P" where isAhead("\\P{"):
      return try property(isNegated: isUpper)
    case "s", "S": add("whitespace", isNegated: isUpper)
    case "d", "D": add("digit", isNegated: isUpper)
    case "W" where depth > 0: throw refused("\\W inside a class")
    case "w", "W": add(depth > 0 ? "word" : "wordalone", isNegated: isUpper)
    case "b" where depth > 0: return literal(8, "\\x08", length: 2)
    case "b", "B": boundary(isNegated: isUpper)
    case "h" where depth > 0: result.add("0-9a-fA-F")
    case "h": result.add("[0-9a-fA-F]")
    case "v": return literal(0xB, "\\x0b", length: 2)
    case "x", "u": return try codePoint()
    case "A", "z", "Z", "N": return copy(2)
    case "n", "r", "t", "f", "a", "e": return literal(letter.value, text(2), length: 2)
    case "a"..."z", "A"..."Z", "0"..."9": throw refused("\\\(letter)")
    default: return literal(letter.value, text(2), length: 2)
    }
    position += 2
  }

  private mutating func add(_ name: String, isNegated: Bool) {
    result.add(CharacterProperty.union(name), isNegated: isNegated, isInClass: depth > 0)
    mayBeginRange = false
  }

  /// `\p{NAME}`, `\P{NAME}` or `\p{^NAME}`.
  private mutating func property(isNegated: Bool) throws(TokenizationError) {
    guard let end = source[position...].firstIndex(of: "}") else { throw refused("\\p{ without }") }
    let name = String(String.UnicodeScalarView(source[position + 3..<end]))
    let isInverted = name.hasPrefix("^")
    let plain = isInverted ? String(name.dropFirst()) : name
    let union = plain.lowercased() == "word" && depth == 0 ? "wordalone" : plain
    add(union, isNegated: isNegated != isInverted)
    position = end + 1
  }

  /// `\b` or `\B`: a place between a letter of a word and something else, or any other place.
  private mutating func boundary(isNegated: Bool) {
    let places =
      isNegated ? [("(?<=", "(?="), ("(?<!", "(?!")] : [("(?<=", "(?!"), ("(?<!", "(?=")]
    for (index, (before, after)) in places.enumerated() {
      result.add((index == 0 ? "(?:" : "|") + before)
      add("wordalone", isNegated: false)
      result.add(")" + after)
      add("wordalone", isNegated: false)
      result.add(")")
    }
    result.add(")")
  }

  /// `\x41`, `\x{41}` or `\u0041`.
  private mutating func codePoint() throws(TokenizationError) {
    var (first, last) = (position + 2, position + 2)
    let isBraced = isAhead("\\x{")
    if isBraced { first += 1 }
    let most = isBraced ? 8 : source[position + 1] == "u" ? 4 : 2
    last = first
    while last < source.count, last < first + most, source[last].properties.isASCIIHexDigit {
      last += 1
    }
    let digits = String(String.UnicodeScalarView(source[first..<last]))
    let isWhole = isBraced ? last < source.count && source[last] == "}" : digits.count == most
    guard isWhole, let value = UInt32(digits, radix: 16), most != 2 || value < 0x80 else {
      throw refused(text(2))
    }
    literal(value, "\\x{\(digits)}", length: last + (isBraced ? 1 : 0) - position)
  }

  func refused(_ what: String) -> TokenizationError {
    let before = String(String.UnicodeScalarView(source[..<position])).utf8.count
    return .pattern(
      result.source, offset: before, reason: "\(what) is not supported")
  }
}
