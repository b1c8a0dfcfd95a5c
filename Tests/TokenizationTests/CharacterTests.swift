import Formats
import Foundation
import Storage
import TestSupport
import Testing
@testable import Tokenization

/// Classes of characters as Hugging Face tokenizers has them, of which it was asked every one.
@Suite struct Characters {
  private static let classes: [String: String] =
    (try? JSON.decode([String: String].self, file: "\(goldenFolder)/characters.json")) ?? [:]

  private static let scalars = (0..<UInt32(0x110000)).compactMap(Unicode.Scalar.init)

  /// Every scalar behind `before`, in one text, and where each begins.
  private static func text(behind before: String) -> (bytes: [UInt8], scalarAt: [UInt32]) {
    var (bytes, scalarAt): ([UInt8], [UInt32]) = ([], [])
    for scalar in scalars {
      bytes += Array(before.utf8)
      let encoded = Array(UTF8.encode(scalar)!)
      bytes += encoded
      scalarAt += [UInt32](repeating: scalar.value, count: before.utf8.count + encoded.count)
    }
    return (bytes, scalarAt)
  }

  private static let every = text(behind: "")
  private static let behindLetter = text(behind: "\na")

  private func expectClass(_ name: String, _ found: [UInt32]) throws {
    let expected = codePoints(try #require(Self.classes[name]))
    let (ours, theirs) = (Set(found), Set(expected))
    let difference = ours.symmetricDifference(theirs).sorted()
    #expect(
      difference.isEmpty,
      "\(name): \(difference.prefix(8).map { String($0, radix: 16) }), \(difference.count) in all")
  }

  @Test(
    arguments: classes.keys.filter { $0.contains("\\") || $0.contains("[") || $0.contains(".") }
      .sorted())
  func `a class has the characters that it has in tokenizers`(name: String) throws {
    let (bytes, scalarAt) = name.contains("(?<=a)") ? Self.behindLetter : Self.every
    let pattern = try Pattern(name)
    var found: [UInt32] = []
    pattern.forEachMatch(in: bytes.span, range: 0..<bytes.count) {
      found.append(scalarAt[$0.lowerBound])
    }
    if name.contains("(?<=a)") { found.removeAll { $0 == 0x61 } }
    try expectClass(name, found)
  }

  @Test(arguments: ["digits", "punctuation", "words", "white space"])
  func `the sets of its own code too`(name: String) throws {
    let sets: [String: TokenizerFile.CharacterSet] = [
      "digits": .digits, "punctuation": .punctuation, "words": .words, "white space": .whiteSpace,
    ]
    let kinds = CharacterKinds.of(try #require(sets[name]))
    try expectClass(name, Self.scalars.map(\.value).filter { kinds[$0] == 1 })
  }

  @Test func `a stand-in is as long as what it stands for, and its text keeps its places`() throws {
    let pattern = try Pattern(#" ?[\p{P}\p{S}]+|[\p{L}\p{M}]+"#)
    let text = Array("I love you \u{1FA77} so\u{1E030}".utf8)
    var words: [Range<Int>] = []
    pattern.forEachMatch(in: text.span, range: 0..<text.count) { words.append($0) }
    #expect(
      words.map { String(decoding: text[$0], as: UTF8.self) }
        == ["I", "love", "you", " \u{1FA77}", "so\u{1E030}"])
  }

  @Test func `letters of a script that no stand-in has are written into the pattern`() throws {
    let pattern = try Pattern(#"[\p{Cyrillic}\p{N}]+"#)
    let text = Array("a\u{1E030}\u{416}7b".utf8)
    var words: [Range<Int>] = []
    pattern.forEachMatch(in: text.span, range: 0..<text.count) { words.append($0) }
    #expect(words == [1..<8])
  }
}

@Suite struct Normalizing {
  private static let forms: [TokenizerFile.Normalization] = [.nfc, .nfd, .nfkc, .nfkd]

  /// Every scalar behind a letter and between marks of three classes, 4096 to a line.
  static let lines: [[UInt8]] = {
    let scalars = (1..<UInt32(0x110000)).compactMap(Unicode.Scalar.init).filter { $0 != "\n" }
    return stride(from: 0, to: scalars.count, by: 4096).map { start in
      var line = String.UnicodeScalarView()
      for scalar in scalars[start..<min(scalars.count, start + 4096)] {
        line += ["a", "\u{345}", scalar, "\u{301}", "\u{323}", scalar, " "]
      }
      return Array(String(line).utf8)
    }
  }()

  @Test(arguments: forms)
  func `every character is normalized as in tokenizers`(
    form: TokenizerFile.Normalization
  ) throws {
    let golden = try JSON.decode([String: String].self, file: "\(goldenFolder)/normalized.json")
    let normalizer = Normalizer(forms: [form])
    let whole = Self.lines.flatMap { normalizer.normalized($0.span) ?? $0 }
    #expect(sha256(whole) == golden[form.rawValue])
  }
}
