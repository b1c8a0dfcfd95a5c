/// What is wrong with bytes that a parser refuses as JSON, in words that a person can act on.
///
/// It reads by RFC 8259 up to the first error, and knows what is usually meant there.
struct JSONDamage {
  struct Found: Error { let problem: String }

  /// The most levels of arrays and objects, those of Foundation's parser.
  static let levels = 512
  static let tooManyLevels = Found(problem: "more than \(levels) levels")

  let bytes: [UInt8]
  var position = 0

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
      guard bytes.count < 8, bytes.allSatisfy({ "[{ \r\n".utf8.contains($0) }) else {
        return error.problem
      }
      return error.problem
        + ", or a value over several lines; one stands on a line, as jq -c . writes them"
    }
  }

  init(bytes: [UInt8]) { self.bytes = bytes }

  var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private func isAhead(_ text: String) -> Bool { bytes[position...].starts(with: text.utf8) }

  func found(_ problem: String) -> Found {
    Found(problem: "at byte \(position + 1): \(problem)")
  }

  /// What the first bytes say of a file that is none of JSON in UTF-8.
  var foreignFormat: String? {
    if let remedy = wideTextRemedy(bytes) { return remedy }
    let starts: [([UInt8], String)] = [
      ([0x1F, 0x8B], "compressed with gzip; decompress it"),
      ([0x28, 0xB5, 0x2F, 0xFD], "compressed with zstd; decompress it"),
      ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "compressed with xz; decompress it"),
      (Array("BZh".utf8), "compressed with bzip2; decompress it"),
      ([0x89, 0x4C, 0x5A, 0x4F], "compressed with lzop; decompress it"),
      (Array("PAR1".utf8), "a Parquet file; write its rows as JSON lines"),
      (Array("<!DOCTYPE".utf8), "a page of HTML, as a failed download leaves"),
      (Array("<html".utf8), "a page of HTML, as a failed download leaves"),
      (Array("PK\u{3}\u{4}".utf8), "a zip archive; unpack it"),
      (Array("version https://git-lfs".utf8), "a pointer of Git LFS; fetch the file itself"),
    ]
    if let (_, what) = starts.first(where: { bytes.starts(with: $0.0) }) { return what }
    if bytes.count >= 4, (bytes[0] == 0) != (bytes[1] == 0), (bytes[2] == 0) != (bytes[3] == 0) {
      return "UTF-16 without a mark; make UTF-8 of it with iconv"
    }
    return bytes.allSatisfy(JSON.isSpace) ? "empty" : nil
  }

  private mutating func skipSpace() {
    while let byte = next, JSON.isSpace(byte) { position += 1 }
  }

  private mutating func value(depth: Int) throws(Found) {
    skipSpace()
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
    guard depth < Self.levels else { throw found(Self.tooManyLevels.problem) }
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
    let rest = String(decoding: bytes[position...].prefix(6), as: UTF8.self)
    if ["true", "false", "null"].contains(where: { $0.hasPrefix(rest) }) {
      throw found("it ends inside a value, perhaps truncated")
    }
    try comment()
    if next == UInt8(ascii: "'") { throw found("a string in single quotes; write \"") }
    if next == UInt8(ascii: ",") { throw found("a value is missing before a comma") }
    if isAhead("\u{FEFF}") {
      throw found("a byte-order mark, which stands in front of a file alone")
    }
    if next == 0 { throw found("zero bytes, as a crash leaves them in a file") }
    throw found("no value begins like this")
  }

  private mutating func number() throws(Found) {
    let start = position
    while let byte = next, Self.isOfNumber(byte) { position += 1 }
    let text = bytes[start..<position]
    if text.elementsEqual("-".utf8), isAhead("Infinity") || isAhead("inf") {
      position = start
      throw found("-Infinity is nothing that JSON has; write null")
    }
    guard Self.isNumber(text) else {
      position = start
      let text = String(decoding: text.prefix(40), as: UTF8.self)
      throw found("\(text) is not a number as JSON spells them")
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

  private static func isOfNumber(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."): true
    case UInt8(ascii: "e"), UInt8(ascii: "E"): true
    default: isDigit(byte)
    }
  }

  /// Whether `text` is a number by RFC 8259, section 6.
  private static func isNumber(_ text: ArraySlice<UInt8>) -> Bool {
    var rest = text
    func skipDigits() -> Int {
      let start = rest.startIndex
      rest = rest.drop(while: isDigit)
      return rest.startIndex - start
    }
    if rest.first == UInt8(ascii: "-") { rest.removeFirst() }
    let hasLeadingZero = rest.first == UInt8(ascii: "0")
    let count = skipDigits()
    guard count == 1 || count > 1 && !hasLeadingZero else { return false }
    if rest.first == UInt8(ascii: ".") {
      rest.removeFirst()
      guard skipDigits() > 0 else { return false }
    }
    if let byte = rest.first, byte | 0x20 == UInt8(ascii: "e") {
      rest.removeFirst()
      if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest.removeFirst() }
      guard skipDigits() > 0 else { return false }
    }
    return rest.isEmpty
  }
}
