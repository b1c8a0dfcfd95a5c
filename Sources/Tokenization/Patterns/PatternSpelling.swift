/// A pattern taken apart: text for PCRE2, and the properties of characters in it.
struct PatternSpelling {
  private enum Piece {
    case text(String)
    /// Properties inside a class, whose union it is.
    case inClass([CharacterProperty], isNegated: Bool)
    /// Properties that stand for a class of their own.
    case alone([CharacterProperty], isNegated: Bool)
  }

  let source: String
  private var pieces: [Piece] = []
  /// Every property in the pattern, once.
  private(set) var properties: [CharacterProperty] = []
  /// The ranges beyond ASCII that stand in the pattern themselves, class by class.
  private(set) var classes: [[ClosedRange<UInt32>]] = []

  init(source: String) { self.source = source }

  mutating func add(_ text: String) { pieces.append(.text(text)) }

  mutating func add(_ union: [CharacterProperty], isNegated: Bool, isInClass: Bool) {
    pieces.append(
      isInClass ? .inClass(union, isNegated: isNegated) : .alone(union, isNegated: isNegated))
    for property in union where !properties.contains(property) { properties.append(property) }
  }

  mutating func addClass(_ ranges: [ClosedRange<UInt32>]) {
    let known = ranges.filter { $0.upperBound > 0x7F }
    if !known.isEmpty, !classes.contains(known) { classes.append(known) }
  }

  /// The pattern for PCRE2.
  ///
  /// - Parameter characters: Those that PCRE2 knows otherwise than Oniguruma does, and for which
  ///   the properties have to be written out.
  /// - Throws: `TokenizationError.pattern` if that cannot be done.
  func forPCRE2(writingOut characters: [UInt32]) throws(TokenizationError) -> String {
    let missing = Set(characters)
    let newer = NewerCharacter.all.filter { missing.contains($0.scalar) }
    func spelled(_ union: [CharacterProperty]) -> String {
      let held = newer.filter { newer in union.contains { $0.holds(newer.character) } }
      return union.map(\.spelling).joined() + spelledRanges(runs(held.map(\.scalar)))
    }
    var result = ""
    for piece in pieces {
      switch piece {
      case .text(let text): result += text
      case .inClass(let union, false): result += spelled(union)
      case .inClass(let union, true):
        // What is not in a union cannot be said inside a class, unless the union is one property.
        let text = spelled(union)
        guard union.count == 1, text == union[0].spelling, text.hasPrefix("\\p") else {
          throw .pattern(
            source, offset: 0, reason: "what is not in \(text), inside a class, is not supported")
        }
        result += "\\P" + text.dropFirst(2)
      case .alone(let union, let isNegated):
        let text = spelled(union)
        let isOne = union.count == 1 && text == union[0].spelling && text.hasPrefix("\\p")
        result +=
          isOne
          ? (isNegated ? "\\P" + text.dropFirst(2) : text) : "[\(isNegated ? "^" : "")\(text)]"
      }
    }
    return result
  }

  private func runs(_ scalars: [UInt32]) -> [ClosedRange<UInt32>] {
    var runs: [ClosedRange<UInt32>] = []
    for scalar in scalars {
      if let last = runs.last, last.upperBound + 1 == scalar {
        runs[runs.count - 1] = last.lowerBound...scalar
      } else {
        runs.append(scalar...scalar)
      }
    }
    return runs
  }
}
