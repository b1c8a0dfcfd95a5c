import Foundation

/// What characters decompose into, and which pairs compose, for one kind of normalization.
///
/// Decompositions of single characters are Foundation's. Its normalization of texts is not used: in
/// Swift 6.3 it composes U+10041 and U+0301 to U+00C1, and leaves some marks out of order.
/// Source: UAX #15, and section 3.11 and 3.12 of the Unicode Standard.
struct Decompositions: Sendable {
  /// What a character is to the normalization.
  struct Traits: OptionSet {
    let rawValue: UInt8
    static let decomposes = Traits(rawValue: 1)
    /// A combining class other than 0.
    static let reorders = Traits(rawValue: 2)
    /// The second of a pair that composes.
    static let follows = Traits(rawValue: 4)
    /// Decomposes, and composes to itself again.
    static let recomposes = Traits(rawValue: 8)
  }

  static let canonical = Decompositions(isCompatible: false)
  static let compatible = Decompositions(isCompatible: true)

  private var traits = [UInt8](repeating: 0, count: 0x110000)
  private var parts: [UInt32: [UInt32]] = [:]
  private var pairs: [UInt64: UInt32] = [:]

  func traits(_ scalar: UInt32) -> Traits { Traits(rawValue: traits[Int(scalar)]) }

  /// The whole decomposition of a character that has one.
  func parts(_ scalar: UInt32) -> [UInt32] {
    if Self.hangul.contains(scalar) {
      let index = scalar - Self.hangul.lowerBound
      let (lead, vowel, tail) = (index / 588, index / 28 % 21, index % 28)
      return [0x1100 + lead, 0x1161 + vowel] + (tail > 0 ? [0x11A7 + tail] : [])
    }
    return parts[scalar] ?? [scalar]
  }

  /// The character that two compose to, or nil.
  func composed(_ first: UInt32, _ second: UInt32) -> UInt32? {
    if 0x1100..<0x1113 ~= first, 0x1161..<0x1176 ~= second {
      return Self.hangul.lowerBound + ((first - 0x1100) * 21 + (second - 0x1161)) * 28
    }
    if Self.hangul.contains(first), (first - Self.hangul.lowerBound) % 28 == 0,
      0x11A8..<0x11C3 ~= second
    {
      return first + second - 0x11A7
    }
    return pairs[UInt64(first) << 32 | UInt64(second)]
  }

  static func combiningClass(_ scalar: UInt32) -> UInt8 {
    Unicode.Scalar(scalar)?.properties.canonicalCombiningClass.rawValue ?? 0
  }

  private static let hangul: Range<UInt32> = 0xAC00..<0xD7A4
  /// Where decompositions are but those of Hangul: not among ideographs and private characters.
  private static let places: [Range<UInt32>] = [
    0xA0..<0x3400, 0xA000..<0xAC00, 0xF900..<0x20000, 0x2F800..<0x2FA20,
  ]

  private init(isCompatible: Bool) {
    let unknown = Set(codePoints(OldNormalization.unknown))
    var canonical: [(scalar: UInt32, parts: [UInt32])] = []
    for value in Self.places.joined() where !unknown.contains(value) {
      guard let scalar = Unicode.Scalar(value) else { continue }
      if Self.combiningClass(value) > 0 { add(.reorders, to: value) }
      let text = String(scalar)
      let usual = text.decomposedStringWithCanonicalMapping.unicodeScalars.map(\.value)
      let whole =
        isCompatible
        ? text.decomposedStringWithCompatibilityMapping.unicodeScalars.map(\.value) : usual
      if usual != [value] { canonical.append((value, usual)) }
      guard whole != [value] else { continue }
      parts[value] = whole
      add(.decomposes, to: value)
    }
    addPairs(canonical)
    for value in 0x1161..<UInt32(0x1176) { add(.follows, to: value) }
    for value in 0x11A8..<UInt32(0x11C3) { add(.follows, to: value) }
    for value in Self.hangul { traits[Int(value)] = Traits([.decomposes, .recomposes]).rawValue }
  }

  private mutating func add(_ trait: Traits, to scalar: UInt32) {
    traits[Int(scalar)] |= trait.rawValue
  }

  /// Of two characters that decompose alike, one is a singleton, which never comes back.
  private mutating func addPairs(_ canonical: [(scalar: UInt32, parts: [UInt32])]) {
    let whole = Dictionary(
      canonical.filter { $0.parts.count > 1 && isComposed($0.scalar) }.map {
        ($0.parts, $0.scalar)
      }, uniquingKeysWith: min)
    for (parts, scalar) in whole {
      let head = Array(parts.dropLast())
      guard let first = head.count == 1 ? head[0] : whole[head], let second = parts.last else {
        continue
      }
      pairs[UInt64(first) << 32 | UInt64(second)] = scalar
      add(.follows, to: second)
      if self.parts[scalar] == parts { add(.recomposes, to: scalar) }
    }
  }

  /// Whether Foundation leaves a character composed that decomposes: the others are excluded.
  private func isComposed(_ value: UInt32) -> Bool {
    guard let scalar = Unicode.Scalar(value) else { return false }
    return String(scalar).precomposedStringWithCanonicalMapping.unicodeScalars.elementsEqual([
      scalar
    ])
  }
}
