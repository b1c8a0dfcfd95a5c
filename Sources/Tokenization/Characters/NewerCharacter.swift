/// What Oniguruma says of a character that PCRE2 does not know, or knows otherwise.
struct NewerCharacter: Sendable {
  let category: Substring
  let script: Substring
  let flags: Substring

  /// Every such character, in order.
  static let all: [(scalar: UInt32, character: NewerCharacter)] = {
    var all: [(UInt32, NewerCharacter)] = []
    for row in NewerCharacters.table.split(whereSeparator: \.isWhitespace) {
      let parts = row.split(separator: ":", omittingEmptySubsequences: false)
      let character = NewerCharacter(category: parts[1], script: parts[2], flags: parts[3])
      for scalar in codePointRange(parts[0]) { all.append((scalar, character)) }
    }
    return all
  }()

  /// The codes of scripts by their names in lower case without spaces.
  static let scripts: [String: String] = {
    var scripts: [String: String] = [:]
    for entry in NewerCharacters.scripts.split(whereSeparator: \.isWhitespace) {
      let parts = entry.split(separator: "=")
      scripts[String(parts[0])] = String(parts[1])
    }
    return scripts
  }()
}

/// The code points of `"41"` or `"41-5A"`.
func codePointRange(_ text: Substring) -> ClosedRange<UInt32> {
  let ends = text.split(separator: "-").compactMap { UInt32($0, radix: 16) }
  return ends[0]...ends[ends.count - 1]
}

/// The code points of a table of ranges with white space between them, in order.
func codePoints(_ table: String) -> [UInt32] {
  table.split(whereSeparator: \.isWhitespace).flatMap { codePointRange($0) }
}
