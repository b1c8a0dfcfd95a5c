import Storage

/// Spoils bytes, in ways that a seed tells.
struct Mutator {
  private var bits: UInt64
  /// What is put between other bytes: marks of the formats, numbers at their ends, texts that mean
  /// something elsewhere.
  private static let words: [[UInt8]] =
    [
      "null", "true", "[]", "{}", "[", "{", "}", "]", "\"", "\\", ",", ":", "-", "-1", "0", "1e999",
      "1e308", "NaN", "1.5", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
      "4294967296", "2147483648", "18446744073709551615", "0.1", "1e-320", "\n", "\r\n", "\t", "#",
      "\\u0000", "\\ud800", "\\uD83D\\uDE00", "\u{FEFF}", "\u{0}", "\u{202E}", "../", "/",
      "\u{1B}[2J",
      "[[[[[[[[[[[[[[[[", "{\"a\":{\"a\":{\"a\":", "<|endoftext|>", "=", "*", " ", "  ", "é", "👍",
      ".", "..",
    ].map { Array($0.utf8) } + [
      [0xFF], [0xFE, 0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90],
    ]
  private static let numbers: [UInt64] = [
    0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF,
    0x1_0000_0000, 0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, .max,
  ]

  init(seed: UInt64) {
    bits = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    for _ in 0..<4 { _ = draw(2) }
  }

  /// One of 0 ..< `count`.
  mutating func draw(_ count: Int) -> Int {
    bits ^= bits << 13
    bits ^= bits >> 7
    bits ^= bits << 17
    return Int((bits >> 16) % UInt64(max(count, 1)))
  }

  /// `bytes`, with one to eight changes; `other` is where parts may come from.
  mutating func spoiled(_ bytes: [UInt8], with other: [UInt8]) -> [UInt8] {
    var bytes = bytes
    let changes = 1 << draw(4)
    for _ in 0..<changes { change(&bytes, other) }
    return bytes
  }

  private mutating func change(_ bytes: inout [UInt8], _ other: [UInt8]) {
    let place = draw(bytes.count + 1)
    let length = min(1 << draw(7), bytes.count - place)
    switch draw(10) {
    case 0 where length > 0: bytes[place] ^= 1 << draw(8)
    case 1 where length > 0: bytes[place] = UInt8(draw(256))
    case 2: bytes.removeSubrange(place..<place + length)
    case 3: bytes.insert(contentsOf: Array(bytes[place..<place + length]), at: place)
    case 4, 5: bytes.insert(contentsOf: Self.words[draw(Self.words.count)], at: place)
    case 6: changeNumber(&bytes, near: place)
    case 7: overwrite(&bytes, at: place)
    case 8 where !other.isEmpty:
      let start = draw(other.count)
      bytes.insert(contentsOf: other[start...].prefix(1 << draw(8)), at: place)
    case 9 where draw(4) == 0: bytes.removeSubrange(place...)
    default:
      let word = Self.words[draw(Self.words.count)]
      bytes.replaceSubrange(place..<place + min(length, word.count), with: word)
    }
  }

  /// Replaces the digits after `place` by another number.
  private mutating func changeNumber(_ bytes: inout [UInt8], near place: Int) {
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    guard let start = bytes[place...].firstIndex(where: { digits ~= $0 }) else { return }
    let end = bytes[start...].firstIndex { !(digits ~= $0) } ?? bytes.count
    let number = Self.numbers[draw(Self.numbers.count)]
    let text = draw(3) == 0 ? "-\(number)" : draw(4) == 0 ? "\(number).5e\(draw(400))" : "\(number)"
    bytes.replaceSubrange(start..<end, with: Array(text.utf8))
  }

  /// Writes a number of 2, 4 or 8 bytes over what is there.
  private mutating func overwrite(_ bytes: inout [UInt8], at place: Int) {
    let width = [2, 4, 8][draw(3)]
    var number = Self.numbers[draw(Self.numbers.count)] &+ UInt64(draw(3))
    for index in place..<min(place + width, bytes.count) {
      bytes[index] = UInt8(truncatingIfNeeded: number)
      number >>= 8
    }
  }
}
