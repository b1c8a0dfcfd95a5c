import Formats
import Storage
import TestSupport
import Testing
@testable import Tokenization

@Suite struct CorpusReadingTests {
  private let good = #"{"text":"one","meta":{"set":"a"}}"#

  /// The documents and skipped lines of a file of these lines, or the error's message after the
  /// folder.
  private func read(
    _ lines: [String], table: String = "A\tmeta.set=a\nB\tmeta.set=b\n", name: String = "x.jsonl",
    skips: Bool = false
  ) throws -> (texts: [String], skipped: Corpus.Skipped, message: String?) {
    let scratch = try TemporaryFolder()
    let file = try scratch.write(name, lines: lines)
    let corpus = try Corpus(
      [file], domains: try DomainTable(text: table, path: "domains.tsv"), skipsBadLines: skips,
      skipsUnknown: skips)
    var texts: [String] = []
    do {
      while let documents = try corpus.next() {
        texts += documents.map { "\($0.domain): \(String(decoding: $0.text, as: UTF8.self))" }
      }
    } catch {
      #expect(error.kind == .badData)
      return (texts, corpus.skipped, error.message.replacing("\(scratch.path)/", with: ""))
    }
    return (texts, corpus.skipped, nil)
  }

  @Test func `texts come in order, with their domains`() throws {
    let lines = (0..<1000).map {
      #"{"meta":{"x":[1],"set":"\#($0 % 3 == 0 ? "b" : "a")"},"text":"t\#($0)\u00e9\n"}"#
    }
    let read = try read(lines, name: "x.jsonl.zst")
    #expect(read.texts == (0..<1000).map { "\($0 % 3 == 0 ? 1 : 0): t\($0)é\n" })
  }

  @Test(arguments: [
    (#"{"text":"a""#, "x.jsonl: line 2: is not valid JSON: "),
    (#"{"text":"a","meta":{"set":"a"}} x"#, "x.jsonl: line 2: is not valid JSON: "),
    (
      #"{"meta":{"set":"a"}}"#,
      "x.jsonl: line 2: has no field \"text\", but \"meta\"; name the one with the text with "
        + "--text-field, in make with TEXT_FIELD=, or count such lines with --skip-bad-lines"
    ),
    (#"{"text":7,"meta":{"set":"a"}}"#, "x.jsonl: line 2: \"text\" is not a string; "),
    (#"{"text":"a"}"#, "x.jsonl: line 2: has no field \"meta.set\", by which "),
    (#"{"text":"a","meta":{"set":null}}"#, "x.jsonl: line 2: \"meta.set\" is not a string; "),
    (#"[1]"#, "x.jsonl: line 2: is not a JSON object; "),
  ])
  func `a bad line is named, or counted`(line: String, message: String) throws {
    let strict = try read([good, line, good])
    #expect(strict.message?.hasPrefix(message) == true, "\(strict.message ?? "no error")")
    let lenient = try read([good, line, good], skips: true)
    #expect(lenient.texts.count == 2 && lenient.skipped == .init(bad: 1))
  }

  @Test func `a document of no domain is named, or counted`() throws {
    let line = #"{"text":"a","meta":{"set":"c"}}"#
    #expect(
      try read([line]).message
        == "x.jsonl: line 1: meta.set \"c\" is of no domain in domains.tsv; add it there, or count "
        + "such lines with --skip-unknown"
    )
    #expect(try read([line, good], skips: true).skipped == .init(unknown: 1))
  }

  @Test func `bytes that are no UTF-8 are a bad line`() throws {
    let scratch = try TemporaryFolder()
    let path = "\(scratch.path)/x.jsonl"
    try replaceFile(
      path, bytes: Array(#"{"text":""#.utf8) + [0xFF] + Array(#"","meta":{"set":"a"}}"#.utf8))
    let corpus = try Corpus(
      [path], domains: try DomainTable(text: "A\tmeta.set=a\n", path: "t"))
    #expect { _ = try corpus.next() } throws: { error in
      (error as? FileError)?.message.contains(
        "line 1: is not valid JSON: at byte 10: not UTF-8, ") == true
    }
  }

  @Test func `blank lines and empty texts are counted, an empty file is an error`() throws {
    #expect(try read([good, "", #"{"text":"","meta":{"set":"a"}}"#]).skipped == .init(empty: 2))
    #expect(try read([]).message == "x.jsonl: is empty; remove it or give it documents")
  }

  @Test func `the domain can come from the path`() throws {
    let table = "A\tpath=x*.jsonl\nB\tpath=*\n"
    #expect(try read([#"{"text":"t"}"#], table: table).texts == ["0: t"])
    #expect(try read([#"{"text":"t"}"#], table: table, name: "y.jsonl").texts == ["1: t"])
  }

  @Test func `a folder's files are those of JSON lines and archives, in order of their names`()
    throws
  {
    let scratch = try TemporaryFolder()
    for name in [
      "b.jsonl", "a.jsonl.zst", "manifest.json", ".hidden.jsonl", "c.jsonl.partial-7", "d.txt",
    ] {
      _ = try scratch.write(name, lines: [good])
    }
    try createFolder(scratch.file("Sub"))
    _ = try scratch.write("Sub/z.jsonl", lines: [good])
    let found = try CorpusFiles([scratch.path]).files.map {
      $0.replacing("\(scratch.path)/", with: "")
    }
    #expect(found == ["Sub/z.jsonl", "a.jsonl.zst", "b.jsonl"])
  }
}
