import Artifacts
import Formats
import Foundation
import Storage
import TestSupport
import Testing

struct ArtifactTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Expects that the file is refused as bad data, in one line that names it.
  ///
  /// - Returns: The line after the path.
  @discardableResult
  private func refusal(
    _ path: String, _ damage: String, sourceLocation: SourceLocation = #_sourceLocation
  ) -> String {
    let error = #expect(throws: FileError.self, "\(damage)", sourceLocation: sourceLocation) {
      try verifyArtifact(path)
    }
    guard let error else { return "" }
    #expect(error.kind == .badData, "\(damage)", sourceLocation: sourceLocation)
    #expect(
      error.message.hasPrefix("\(path): ") && !error.message.contains("\n"),
      "\(damage): \(error.message)", sourceLocation: sourceLocation)
    return String(error.message.dropFirst(path.count + 2))
  }

  @Test func `every format has an example here`() {
    #expect(Set(Example.all.map(\.format)) == Set(ArtifactFormat.all.map(\.name)))
    #expect(Set(ArtifactFormat.all.map(\.name)).count == ArtifactFormat.all.count)
  }

  @Test(arguments: Example.all)
  func `a valid file is told by how it begins, and passes`(example: Example) throws {
    let path = try example.write(to: folder)
    #expect(try ArtifactFormat.of(path).name == example.format)
    try verifyArtifact(path)
  }

  @Test(arguments: Example.all.filter { !$0.values.isEmpty })
  func `a field that is missing is refused, unless it is optional`(example: Example) throws {
    for index in example.values.indices {
      for key in try example.object(index).keys.sorted() {
        let damaged = try example.changing(index) { $0[key] = nil }
        let path = try damaged.write(to: folder)
        if example.optional.contains(key) || example.ignored.contains(key) {
          #expect(throws: Never.self, "\(key) of value \(index)") { try verifyArtifact(path) }
        } else {
          refusal(path, "without \(key) of value \(index)")
        }
      }
    }
  }

  @Test(arguments: Example.all.filter { !$0.values.isEmpty })
  func `a field of the wrong type is refused`(example: Example) throws {
    for index in example.values.indices {
      for (key, value) in try example.object(index) where !example.ignored.contains(key) {
        let damaged = try example.changing(index) { $0[key] = value is String ? [1] : "NaN" }
        refusal(try damaged.write(to: folder), "\(key) of value \(index)")
      }
    }
  }

  @Test(arguments: Example.all.filter { !$0.values.isEmpty })
  func `what is no number in JSON is no number`(example: Example) throws {
    for text in ["NaN", "-Infinity", "nan", "1e999"] {
      for index in example.values.indices {
        let value = String(decoding: example.values[index], as: UTF8.self)
        guard let match = value.firstMatch(of: /[:\[,] ?(-?[0-9][0-9.eE+-]*)/) else { continue }
        var damaged = example
        damaged.values[index] = Array(
          value.replacingCharacters(in: match.1.startIndex..<match.1.endIndex, with: text).utf8)
        refusal(try damaged.write(to: folder), "\(text) in value \(index)")
      }
    }
  }

  @Test(arguments: Example.all.filter(\.hasProvenance))
  func `another version, and another format, are refused by name`(example: Example) throws {
    func changed(_ key: String, _ value: Any) throws -> String {
      try example.changing(0) {
        var provenance = $0["provenance"] as? [String: Any] ?? [:]
        provenance[key] = value
        $0["provenance"] = provenance
      }.write(to: folder)
    }
    #expect(refusal(try changed("version", 99), "version").contains("version 99 is not supported"))
    #expect(refusal(try changed("version", 0), "version").contains("version 0 is not supported"))
    let unknown = refusal(try changed("format", "mde.other"), "format")
    #expect(unknown == "is of the unknown format mde.other")
    // What it says it is without anything else of it.
    let alone = Example(format: "", content: .lines([example.values[0]]))
    let provenance = try alone.object(0)["provenance"]
    refusal(
      try alone.changing(0) { $0 = ["provenance": provenance as Any] }.write(to: folder), "alone")
  }

  @Test(arguments: [
    ("", "is empty; make it again"), ("\n \n", "is empty; make it again"),
    ("{}", "is an empty JSON object"), ("{", "is not valid JSON"),
    (#"{"a":1,"b":{"c":2}}"#, "has the fields a, b, which no known format has"),
    (#"{"provenance":{}}"#, #"has no field "provenance.format""#),
    (#"{"provenance":7}"#, #"field "provenance" has the wrong type"#),
    (#"{"provenance":{"format":"mde.tokens"}}"#, "truncated, or not a framed zstd file"),
    (#"{"provenance":{"format":"mde.regressor"}}"#, #"has no field "provenance.version""#),
    ("[]", "is of no known format"), ("null", "is of no known format"),
    ("words\n", "is of no known format"), ("a\tb\n", "is of no known format"),
    ("\u{0}\u{1}\u{2}", "is of no known format"),
  ])
  func `what is of no format is refused`(text: String, problem: String) throws {
    let message = refusal(try folder.write("file.json", text), text)
    #expect(message.hasPrefix(problem), "\(message)")
  }

  @Test(arguments: Example.all.filter { !$0.format.contains("table") })
  func `every truncation within a line or a block is refused`(example: Example) throws {
    let bytes = try readFile(try example.write(to: folder))
    let step = max(1, bytes.count / 40)
    for count in stride(from: 0, to: bytes.count - 1, by: step) {
      // A file may end after a whole line, with or without its line break.
      let isWhole = count > 0 && bytes[count - 1...count].contains(UInt8(ascii: "\n"))
      if isWhole { continue }
      refusal(try folder.write("part", Array(bytes[..<count])), "\(count) of \(bytes.count) bytes")
    }
  }
}
