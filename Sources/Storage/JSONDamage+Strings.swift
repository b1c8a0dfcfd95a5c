/// What is wrong inside a string.
extension JSONDamage {
  mutating func string() throws(Found) {
    position += 1
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""): return position += 1
      case UInt8(ascii: "\\"): try escape()
      case 0..<0x20:
        throw found(
          "a control character in a string; write \\u00\(byte < 16 ? "0" : "")"
            + String(byte, radix: 16))
      case 0..<0x80: position += 1
      default: try character()
      }
    }
    throw found("it ends inside a string, perhaps truncated")
  }

  private mutating func character() throws(Found) {
    let end = min(bytes.count, position + 4)
    for length in 2...4 where position + length <= end {
      let part = bytes[position..<position + length]
      let text = String(decoding: part, as: UTF8.self)
      if text.unicodeScalars.count == 1,
        !text.unicodeScalars.contains("\u{FFFD}")
          || Array(part) == [0xEF, 0xBF, 0xBD]
      {
        return position += length
      }
    }
    throw found("not UTF-8, perhaps Latin-1")
  }

  private mutating func escape() throws(Found) {
    guard position + 1 < bytes.count else {
      throw found("it ends inside a string, perhaps truncated")
    }
    if "\"\\/bfnrt".utf8.contains(bytes[position + 1]) { return position += 2 }
    guard let first = unit(at: position) else {
      let sign = String(decoding: bytes[position...].prefix(2), as: UTF8.self)
      throw found("\(sign) is no escape; write \\\\ for a backslash")
    }
    if 0xD800..<0xDC00 ~= first, let second = unit(at: position + 6), 0xDC00..<0xE000 ~= second {
      return position += 12
    }
    if 0xD800..<0xE000 ~= first {
      let sign = String(decoding: bytes[position..<position + 6], as: UTF8.self)
      throw found("\(sign) is half of a surrogate pair; write \\ufffd")
    }
    position += 6
  }

  /// The value of `\uXXXX` at `start`, or nil.
  private func unit(at start: Int) -> UInt32? {
    guard start + 6 <= bytes.count, bytes[start] == UInt8(ascii: "\\"),
      bytes[start + 1] == UInt8(ascii: "u")
    else { return nil }
    let digits = bytes[start + 2..<start + 6]
    guard digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
    return UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
  }
}
