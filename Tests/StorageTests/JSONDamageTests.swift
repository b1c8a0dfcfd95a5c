import Storage
import Testing

/// What is said of bytes that are not JSON.
@Suite struct JSONDamageMessages {
  private func message(_ bytes: [UInt8]) -> String? {
    do {
      _ = try JSON.decode([String: String].self, from: bytes, path: "p", place: "line 3")
      return nil
    } catch { return error.message }
  }

  @Test(arguments: [
    ("", "empty"), (" \n", "empty"),
    (String(repeating: "[", count: 513), "at byte 513: more than 512 levels"),
    (String(repeating: "[", count: 513) + "\r", "at byte 513: more than 512 levels"),
    (
      String(repeating: "[", count: 512),
      "at byte 513: it ends where a value is missing, perhaps truncated"
    ),
    (#"{"a":"b",}"#, "at byte 10: a comma with nothing behind it; leave it out"),
    (#"{"a":NaN}"#, "at byte 6: NaN is nothing that JSON has; write null"),
    (#"{"a":-Infinity}"#, "at byte 6: -Infinity is nothing that JSON has; write null"),
    (#"{"a":None}"#, "at byte 6: None is nothing that JSON has; write null"),
    (#"{'a':"b"}"#, "at byte 2: a key in single quotes; write \""),
    (#"{"a":'b'}"#, "at byte 6: a string in single quotes; write \""),
    (#"{a:"b"}"#, "at byte 2: a key without double quotes"),
    (#"{"a":"\ud83d"}"#, #"at byte 7: \ud83d is half of a surrogate pair; write \ufffd"#),
    (#"{"a":"\ude00\ud83d"}"#, #"at byte 7: \ude00 is half of a surrogate pair; write \ufffd"#),
    (#"{"a":"\x"}"#, #"at byte 7: \x is no escape; write \\ for a backslash"#),
    (#"{"a":"b"#, "at byte 8: it ends inside a string, perhaps truncated"),
    (#"{"a":"b""#, "at byte 9: it ends inside an object, perhaps truncated"),
    (#"{"a":"#, "at byte 6: it ends where a value is missing, perhaps truncated"),
    (#"{"a" "b"}"#, "at byte 6: a colon is missing behind a key"),
    (#"{"a":"b" "c":"d"}"#, "at byte 10: a comma or the end of the object is missing"),
    (
      #"{"a":"b"}{"a":"b"}"#,
      "at byte 10: something follows the value; several values stand on a line each"
    ),
    (
      #"{"a":"b"} // x"#,
      "at byte 11: something follows the value; several values stand on a line each"
    ),
    (#"{"a":01}"#, "at byte 6: 01 is not a number as JSON spells them"),
    (#"{"a":1.}"#, "at byte 6: 1. is not a number as JSON spells them"),
    ("{// x\n\"a\":1}", "at byte 2: a remark, which JSON has none of; leave it out"),
    ("{\"a\":\"\t\"}", #"at byte 7: a control character in a string; write \u0009"#),
  ])
  func `the cause is said, and what to do`(text: String, cause: String) {
    #expect(JSON.complaint(about: Array(text.utf8)) == "is not valid JSON: \(cause)")
  }

  @Test func `numbers are those of RFC 8259`() {
    for text in ["0", "-0", "10", "1.05", "-0.5e-7", "1E+9", "2e00", "1e400"] {
      #expect(JSON.complaint(aboutObject: Array(text.utf8)) == "is not a JSON object", "\(text)")
    }
    let others = [
      "-", "00", "-01", "1.", "1.e5", "-.5", "1e", "1e+", "1e.5", "1.5.2", "1e5e5", "1+5", "--5",
      "1e5.0", "0e-", "1.2e+-3",
    ]
    for text in others {
      let cause = "is not valid JSON: at byte 1: \(text) is not a number as JSON spells them"
      #expect(JSON.complaint(about: Array(text.utf8)) == cause)
    }
  }

  @Test func `a key that an object has twice is refused, and a number that does not fit`() {
    let twice = "has the key \"a\" twice in one object"
    #expect(message(Array(#"{"a":"b","c":"d","a":"b"}"#.utf8)) == "p: line 3: \(twice)")
    let nested = Array(#"{"b":[{"a":1},{"a":2}],"a":{"a":"\"a\":"}}"#.utf8)
    #expect(JSON.keys(of: nested) == ["a", "b", "a.a"])
    #expect(JSON.complaint(aboutObject: Array(#"{"b":[{"a":1,"a" : 2}]}"#.utf8)) == twice)
    for text in ["[1.5]", "[99999999999999999999]", "[1e400]"] {
      let error = #expect(throws: FileError.self) {
        try JSON.decode([Int].self, from: Array(text.utf8), path: "p")
      }
      #expect(error?.message == "p: a number is too large, or not whole")
    }
  }

  @Test func `other encodings and formats are named`() {
    let object = Array(#"{"a":"b"}"#.utf8)
    let utf16: [UInt8] = [0xFF, 0xFE] + object.flatMap { [$0, 0] }
    let iconv = "make UTF-8 of it with iconv -f UTF-16 -t UTF-8"
    #expect(
      message([0x1F, 0x8B, 8])
        == "p: line 3: is not valid JSON: compressed with gzip; decompress it")
    #expect(
      message(Array(#"{"a":""#.utf8) + [0xE9] + Array(#""}"#.utf8))
        == "p: line 3: is not valid JSON: at byte 7: not UTF-8, perhaps Latin-1")
    #expect(JSON.complaint(about: utf16) == "is not valid JSON: UTF-16; \(iconv)")
    #expect(JSON.complaint(aboutObject: [0x31]) == "is not a JSON object")
  }

  @Test func `a byte-order mark is passed over`() throws {
    #expect(message([0xEF, 0xBB, 0xBF] + Array(#"{"a":"b"}"#.utf8)) == nil)
  }

  @Test func `a table in UTF-16 says so`() {
    let error = #expect(throws: FileError.self) { try tableRows([0xFF, 0xFE, 0x61, 0], path: "t") }
    #expect(error?.message.hasPrefix("t: is UTF-16; ") == true)
  }

  @Test func `whatever is refused has a cause`() {
    let fields = JSONFields()
    for text in ["{", "[1,]", "{\"a\":tru}", "{\"a\":1e}", "nul", "[}", "{]", "\"", "{,}", "[1 2]"]
    {
      let problem = fields.parse(Array(text.utf8)[...])
      #expect(
        problem?.hasPrefix("is not valid JSON: at byte ") == true, "\(text): \(problem ?? "")")
    }
  }
}
