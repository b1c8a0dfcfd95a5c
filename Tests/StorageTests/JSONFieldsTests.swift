import Foundation
import Parallel
import Storage
import Testing

struct JSONFieldsTests {
  private let json = JSONFields()

  /// The string at `path`, or nil if the line is refused or has none there.
  private func string(_ line: [UInt8], _ path: String = "text") -> [UInt8]? {
    guard json.parse(line[...]) == nil else { return nil }
    return try? json.string(at: .init(path))
  }

  private func string(_ line: String, _ path: String = "text") -> String? {
    string(Array(line.utf8), path).map { String(decoding: $0, as: UTF8.self) }
  }

  @Test(arguments: [
    (
      #"{"a":"b","c":{"d":1,"e":["f"]}, "g\"h" :[{"i":"j"},"k"],"l":null}"#,
      ["a", "c", #"g\"h"#, "l"]
    ),
    ("{}", []), (#"["a","b"]"#, []), (#""a""#, []), (#"{"a,b":"c:d","e":"{"}"#, ["a,b", "e"]),
  ])
  func `the keys of an object are those of its outer level`(line: String, keys: [String]) {
    #expect(json.parse(Array(line.utf8)[...]) == nil)
    #expect(json.names == keys)
  }

  /// The object that Foundation reads, as reference, or nil if it refuses the line.
  ///
  /// Foundation takes a comma before a bracket's end.
  private func object(_ line: [UInt8]) -> Any? {
    let hasIdleComma = zip(line, line.dropFirst()).contains {
      $0 == UInt8(ascii: ",") && ($1 == UInt8(ascii: "]") || $1 == UInt8(ascii: "}"))
    }
    return hasIdleComma
      ? nil
      : try? JSONSerialization.jsonObject(with: Data(line), options: .fragmentsAllowed)
  }

  @Test func `strings of any escapes and lengths are decoded as Foundation decodes them`() throws {
    let pieces =
      [#"\n"#, #"\\"#, #"\\\\"#, #"\""#, #"\/"#, #"\b\f\r\t"#, #"\u0041"#, #"\u00e9"#, #"\u20ac"#]
      + [#"\ud83d\ude00"#, #"\u0000"#, "é", "漢", "😀", "n", "u0041", " ", "plain text, "]
    var random = RandomStream(seed: 1, purpose: "escapes test")
    for length in 0..<1500 {
      let text = (0..<length / 10).map { _ in pieces[random.index(below: pieces.count)] }.joined()
      // The longer ones have stretches without an escape, at all distances from the quotes.
      let plain = String(repeating: "x", count: length % 140)
      let line = Array((#"{"n":[1,{}],"text": ""# + plain + text + #""}"#).utf8)
      let expected = try #require(object(line) as? [String: Any])["text"] as? String
      #expect(string(line) == expected.map { Array($0.utf8) }, "\(text)")
    }
  }

  @Test func `a line with any byte changed is refused if and only if Foundation refuses it`() {
    let line = Array(
      #" {"a":[1,-0.5e+3,true,false,null,{},[]],"b":{"text":"x\n\\\u00e9é"},"text":"y\"z"}"#.utf8)
    #expect(string(line) == Array("y\"z".utf8))
    let bytes = Array(#"{}[]:,"\/ tfnu01.-+eE"#.utf8) + [0x00, 0x1F, 0x7F, 0x80, 0xC3, 0xFF]
    for place in line.indices {
      var variants = [line, line]
      variants[0].remove(at: place)
      variants[1] = Array(line[..<place])
      for byte in bytes {
        variants.append(line)
        variants[variants.count - 1][place] = byte
        variants.append(line)
        variants[variants.count - 1].insert(byte, at: place)
      }
      for variant in variants {
        #expect(
          (json.parse(variant[...]) == nil) == (object(variant) != nil),
          "\(String(decoding: variant, as: UTF8.self))")
      }
    }
  }

  @Test(arguments: [
    "", " ", "{", "nul", "01", "1.", "-", "1e", "+1", "[1,]", #"{"a":}"#, #"{"a" 1}"#, #"{,}"#,
    #""\x""#, #""\u12g4""#, #""\ud800""#, #""\udc00""#, #""\ud800\u0041""#, #""\"#, #""\u00"#,
    "[1]]", "{}{}", "1 2", "\"a\tb\"", "\"\\u0041\u{1}\"",
  ])
  func `what is no JSON is refused`(line: String) {
    #expect(json.parse(Array(line.utf8)[...]) != nil)
  }

  @Test func `brackets may be a thousand deep, and a million of them are no crash`() {
    func nested(_ depth: Int) -> [UInt8] {
      [UInt8](repeating: UInt8(ascii: "["), count: depth)
        + [UInt8](repeating: UInt8(ascii: "]"), count: depth)
    }
    #expect(json.parse(nested(1024)[...]) == nil)
    #expect(json.parse(nested(1025)[...]) != nil)
    #expect(json.parse(nested(1_000_000)[...]) != nil)
  }

  @Test func `paths lead through objects, and the first of equal keys counts`() {
    let line = #"{"a":{"b":{"c":"deep"},"x":["c"]},"k\u0065y":"escaped","a":{},"t":"1","t":"2"}"#
    #expect(string(line, "a.b.c") == "deep")
    #expect(string(line, "key") == "escaped")
    #expect(string(line, "t") == "1")
    for path in ["a", "a.b", "a.x.c", "a.b.d", "b", "t.t", ""] {
      #expect(string(line, path) == nil)
    }
  }
}
