/// Characters that stand in a text for those which PCRE2 knows otherwise than Oniguruma does.
///
/// A stand-in is as long in UTF-8, and PCRE2 finds it in each class of a pattern in which Oniguruma
/// finds the character. So the pattern stays as it is, and matches as fast. Where there is no such
/// character, which happens with classes of scripts, the character has to be written into the
/// pattern: it is one of `unmatched`.
struct StandIns: Sendable {
  private var standIns: [UInt32: UInt32] = [:]
  private var replaced = RareCharacters()
  private(set) var unmatched: [UInt32] = []

  /// - Parameters:
  ///   - properties: Those that the pattern names.
  ///   - classes: The characters that stand in the pattern themselves, class by class.
  init(properties: [CharacterProperty], classes: [[ClosedRange<UInt32>]]) {
    let text = NewerCharacter.all.map(\.scalar)
    let known = properties.map { Set(matches($0.spelling, among: text)) }
    var found: [Key: UInt32?] = [:]
    for (scalar, character) in NewerCharacter.all {
      let isKnown = known.map { $0.contains(scalar) }
      var wanted = zip(properties, isKnown).map { $0.isSettled ? $1 : $0.holds(character) }
      if wanted == isKnown { continue }
      wanted += classes.map { $0.contains { $0.contains(scalar) } }
      let key = Key(length: utf8Length(scalar), isHeld: wanted)
      let standIn =
        if let earlier = found[key] { earlier } else { search(key, properties, classes) }
      found[key] = .some(standIn)
      if let standIn { add(standIn, for: scalar) } else { unmatched.append(scalar) }
    }
  }

  /// The text with stand-ins in it, or nil if that is `text` itself.
  func replaced(_ text: Span<UInt8>) -> [UInt8]? {
    guard var next = replaced.first(in: text, from: 0) else { return nil }
    var result = text.indices.map { text[$0] }
    while true {
      if let standIn = standIns[next.scalar].flatMap(Unicode.Scalar.init) {
        for (place, byte) in zip(next.range, UTF8.encode(standIn)!) { result[place] = byte }
      }
      guard let after = replaced.first(in: text, from: next.range.upperBound) else { return result }
      next = after
    }
  }

  private mutating func add(_ standIn: UInt32, for scalar: UInt32) {
    replaced.insert(scalar)
    standIns[scalar] = standIn
  }

  /// What a stand-in has to have: a length in bytes, and its place in or out of each class.
  private struct Key: Hashable {
    let length: Int
    let isHeld: [Bool]
  }

  private func search(
    _ key: Key, _ properties: [CharacterProperty], _ classes: [[ClosedRange<UInt32>]]
  ) -> UInt32? {
    let spellings = properties.map(\.spelling) + classes.map(spelledRanges)
    let pattern = zip(spellings, key.isHeld).map { spelling, isHeld in
      spelling.isEmpty ? "" : isHeld ? "(?=[\(spelling)])" : "(?![\(spelling)])"
    }
    guard let code = try? PCRE2Pattern(pattern.joined() + "(?s:.)") else { return nil }
    return code.firstScalar(in: candidates[key.length - 2])
  }
}

/// The characters in UTF-8 of two, three and four bytes that both libraries know alike.
///
/// U+017F and U+212A are left out, because without regard to case they are an s and a k.
private let candidates: [[UInt8]] = {
  let newer = Set(NewerCharacter.all.map(\.scalar))
  let ranges: [Range<UInt32>] = [0x80..<0x800, 0x800..<0x10000, 0x10000..<0x32000]
  return ranges.map { range in
    var text: [UInt8] = []
    for value in range where value != 0x17F && value != 0x212A && !newer.contains(value) {
      if let scalar = Unicode.Scalar(value) { text += UTF8.encode(scalar)! }
    }
    return text
  }
}()

private func utf8Length(_ scalar: UInt32) -> Int {
  scalar < 0x800 ? 2 : scalar < 0x10000 ? 3 : 4
}

/// The characters of `text` that PCRE2 itself finds in a class.
private func matches(_ spelling: String, among text: [UInt32]) -> [UInt32] {
  guard let code = try? PCRE2Pattern("[\(spelling)]") else { return [] }
  return code.scalars(in: text.flatMap { Unicode.Scalar($0).map { Array(UTF8.encode($0)!) } ?? [] })
}

/// Ranges of characters inside a class of PCRE2.
func spelledRanges(_ ranges: [ClosedRange<UInt32>]) -> String {
  ranges.map { range in
    let ends = [range.lowerBound, range.upperBound].map { "\\x{\(String($0, radix: 16))}" }
    return ends[0] == ends[1] ? ends[0] : ends.joined(separator: "-")
  }.joined()
}
