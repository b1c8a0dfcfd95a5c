/// What is wrong with bytes that a parser refuses as JSON, in words that a person can act on.
///
/// It reads by RFC 8259 up to the first error, and knows what is usually meant there.
struct JSONDamage {
  private struct Found: Error { let problem: String }

  private let bytes: [UInt8]
  private var position = 0

  /// The first thing that is wrong, and its byte; nil if nothing is found.
  static func description(of bytes: some Collection<UInt8>) -> String? {
    var scan = JSONDamage(bytes: Array(bytes))
    if let foreign = scan.foreignFormat { return foreign }
    do throws(Found) {
      try scan.value(depth: 0)
      scan.skipSpace()
      if scan.next != nil {
        throw scan.found("something follows the value; several values stand on a line each")
      }
      return nil
    } catch {
      return error.problem
    }
  }

  init(bytes: [UInt8]) { self.bytes = bytes }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private func isAhead(_ text: String) -> Bool { bytes[position...].starts(with: text.utf8) }

  private func found(_ problem: String) -> Found {
    Found(problem: "at byte \(position + 1): \(problem)")
  }

  /// What the first bytes say of a file that is none of JSON in UTF-8.
  var foreignFormat: String? {
    let starts: [([UInt8], String)] = [
      ([0xFF, 0xFE], "UTF-16; make UTF-8 of it with iconv -f UTF-16 -t UTF-8"),
      ([0xFE, 0xFF], "UTF-16; make UTF-8 of it with iconv -f UTF-16 -t UTF-8"),
      ([0x1F, 0x8B], "compressed with gzip; decompress it"),
      ([0x28, 0xB5, 0x2F, 0xFD], "compressed with zstd; decompress it"),
      ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "compressed with xz; decompress it"),
      (Array("PK\u{3}\u{4}".utf8), "a zip archive; unpack it"),
      (Array("version https://git-lfs".utf8), "a pointer of Git LFS; fetch the file itself"),
    ]
    if let (_, what) = starts.first(where: { bytes.starts(with: $0.0) }) { return what }
    return bytes.allSatisfy(Self.isSpace) ? "empty" : nil
  }

  private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x0A, 0x0D, 0x09].contains(byte) }

  private mutating func skipSpace() {
    while let byte = next, Self.isSpace(byte) { position += 1 }
  }

  private mutating func value(depth: Int) throws(Found) {
    skipSpace()
    guard depth < 1024 else { throw found("more than 1024 levels") }
    guard let byte = next else {
      throw found("it ends where a value is missing, perhaps truncated")
    }
    switch byte {
    case UInt8(ascii: "{"): try members(depth: depth, end: UInt8(ascii: "}"), "object")
    case UInt8(ascii: "["): try members(depth: depth, end: UInt8(ascii: "]"), "array")
    case UInt8(ascii: "\""): try string()
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
    default: try word()
    }
  }

  private mutating func members(depth: Int, end: UInt8, _ kind: String) throws(Found) {
    position += 1
    skipSpace()
    if next == end { return position += 1 }
    while true {
      if kind == "object" { try key() }
      try value(depth: depth + 1)
      skipSpace()
      switch next {
      case end: return position += 1
      case UInt8(ascii: ","):
        position += 1
        skipSpace()
        if next == end { throw found("a comma with nothing behind it; leave it out") }
      case nil: throw found("it ends inside an \(kind), perhaps truncated")
      default:
        try comment()
        throw found("a comma or the end of the \(kind) is missing")
      }
    }
  }

  private mutating func key() throws(Found) {
    skipSpace()
    guard let byte = next else { throw found("it ends inside an object, perhaps truncated") }
    guard byte == UInt8(ascii: "\"") else {
      try comment()
      throw found(
        byte == UInt8(ascii: "'")
          ? "a key in single quotes; write \"" : "a key without double quotes")
    }
    try string()
    skipSpace()
    guard next == UInt8(ascii: ":") else { throw found("a colon is missing behind a key") }
    position += 1
  }

  private func comment() throws(Found) {
    if isAhead("//") || isAhead("/*") || isAhead("#") {
      throw found("a remark, which JSON has none of; leave it out")
    }
  }

  private mutating func word() throws(Found) {
    for word in ["true", "false", "null"] where isAhead(word) { return position += word.count }
    for (word, right) in [
      ("NaN", "null"), ("nan", "null"), ("Infinity", "null"), ("inf", "null"), ("None", "null"),
      ("True", "true"), ("False", "false"), ("undefined", "null"),
    ] where isAhead(word) {
      throw found("\(word) is nothing that JSON has; write \(right)")
    }
    try comment()
    if next == UInt8(ascii: "'") { throw found("a string in single quotes; write \"") }
    if next == UInt8(ascii: ",") { throw found("a value is missing before a comma") }
    throw found("no value begins like this")
  }

  private mutating func number() throws(Found) {
    let start = position
    while let byte = next, "+-.eE0123456789".utf8.contains(byte) { position += 1 }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if text == "-", isAhead("Infinity") || isAhead("inf") {
      position = start
      throw found("-Infinity is nothing that JSON has; write null")
    }
    let digits = text.first == "-" ? text.dropFirst() : text[...]
    let hasLeadingZero = digits.hasPrefix("0") && digits.dropFirst().first?.isNumber == true
    let isWhole = digits.first?.isNumber == true && digits.last?.isNumber == true
    guard !hasLeadingZero, isWhole, Double(text) != nil, !digits.contains(".e"),
      !digits.contains(".E")
    else {
      position = start
      throw found("\(text.prefix(40)) is not a number as JSON spells them")
    }
  }
}

extension JSONDamage {
  private mutating func string() throws(Found) {
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
