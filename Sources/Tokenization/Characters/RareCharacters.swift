/// A few characters beyond ASCII that are looked for in every text, and are in almost none.
struct RareCharacters: Sendable {
  private(set) var scalars: Set<UInt32> = []
  /// Whether one of them begins with these two bytes.
  private var starts = [Bool](repeating: false, count: 1 << 12)

  init(_ scalars: some Sequence<UInt32> = []) {
    for scalar in scalars { insert(scalar) }
  }

  mutating func insert(_ value: UInt32) {
    guard value > 0x7F, let scalar = Unicode.Scalar(value) else { return }
    let bytes = Array(UTF8.encode(scalar)!)
    starts[Self.start(bytes[0], bytes[1])] = true
    scalars.insert(value)
  }

  /// The first of them at or after `start`, and where it stands.
  func first(in text: Span<UInt8>, from start: Int) -> (scalar: UInt32, range: Range<Int>)? {
    guard !scalars.isEmpty else { return nil }
    var position = start
    while position + 1 < text.count {
      let byte = text[position]
      if byte < 0x80 {
        position = asciiEnd(in: text, from: position)
        continue
      }
      if byte >= 0xC2, starts[Self.start(byte, text[position + 1])],
        let (scalar, end) = decodedScalar(in: text, at: position, to: text.count),
        scalars.contains(scalar)
      {
        return (scalar, position..<end)
      }
      position += byte < 0xC2 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
    }
    return nil
  }

  private func asciiEnd(in text: Span<UInt8>, from start: Int) -> Int {
    var position = start
    let bytes = unsafe text.bytes
    while position + 8 <= bytes.byteCount {
      let eight = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self)
      if eight & 0x8080_8080_8080_8080 != 0 { break }
      position += 8
    }
    while position < text.count, text[position] < 0x80 { position += 1 }
    return position
  }

  private static func start(_ first: UInt8, _ second: UInt8) -> Int {
    Int(first & 0x3F) << 6 | Int(second & 0x3F)
  }
}
