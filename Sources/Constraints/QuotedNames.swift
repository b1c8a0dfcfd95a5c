import Storage

/// Names among the signs of a constraint, as people's domains have them: `lang=en`, `C++`, `a:b`.
///
/// Signs count from the end, so most names need no quotes; in double quotes a name may have any
/// signs but these.
enum QuotedNames {
  /// The places of `sign` in `text` that are not in quotes.
  private static func places(of sign: Character, in text: Substring) -> [Substring.Index] {
    var isQuoted = false
    return text.indices.filter { index in
      if text[index] == "\"" { isQuoted.toggle() }
      return !isQuoted && text[index] == sign
    }
  }

  /// What stands before and after the last `sign` that is not in quotes, or nil if there is none.
  static func split(_ text: Substring, atLast sign: Character) -> (Substring, Substring)? {
    places(of: sign, in: text).last.map { (text[..<$0], text[text.index(after: $0)...]) }
  }

  /// The parts of a sum that each end in `:` and a number.
  static func ratio(_ text: Substring) -> [(name: Substring, number: Double)]? {
    pairs(text, separatedBy: "+", sign: ":")
  }

  /// The names of a list that each end in `sign` and a number; nil if it is none.
  static func pairs(
    _ text: Substring, separatedBy separator: Character, sign: Character
  ) -> [(name: Substring, number: Double)]? {
    var (parts, start): ([(name: Substring, number: Double)], Substring.Index) = (
      [], text.startIndex
    )
    for place in places(of: separator, in: text) + [text.endIndex] {
      guard let (name, number) = split(text[start..<place], atLast: sign),
        let value = decimal(number)
      else { continue }
      parts.append((name, value))
      start = place == text.endIndex ? place : text.index(after: place)
    }
    return start == text.endIndex && !parts.isEmpty ? parts : nil
  }

  /// The names of a sum: of signs `+` next to each other the last one separates, and those at the
  /// end belong to the name.
  static func sum(_ text: Substring) -> [Substring] {
    var (names, start): ([Substring], Substring.Index) = ([], text.startIndex)
    for place in places(of: "+", in: text) {
      let next = text.index(after: place)
      guard next < text.endIndex, text[next] != "+" else { continue }
      names.append(text[start..<place])
      start = next
    }
    return names + [text[start...]]
  }

  /// The name that `text` is, without its quotes; nil if it is none.
  static func name(_ text: Substring) -> String? {
    guard text.contains("\"") else { return text.isEmpty ? nil : String(text) }
    guard text.count > 2, text.hasPrefix("\""), text.hasSuffix("\""),
      !text.dropFirst().dropLast().contains("\"")
    else { return nil }
    return String(text.dropFirst().dropLast())
  }

  /// The name as it is written in a constraint.
  static func quoted(_ name: String) -> String {
    name.contains { " +=:".contains($0) } ? "\"\(name)\"" : name
  }
}
