import Storage
import TestSupport
import Testing

struct CorpusFilesTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func found() throws -> [String] {
    try CorpusFiles([folder.path]).files.map { String($0.dropFirst(folder.path.count + 1)) }
  }

  @Test func `each file is there once, however many links lead to it`() throws {
    try folder.shell(
      """
      mkdir -p in/deep other; echo '{}' > in/a.jsonl; echo '{}' > in/deep/b.jsonl; ln -s . in/latest
      ln -s ../../in in/deep/up; ln -s gone in/lost; ln -s in again; ln -s in/a.jsonl z.jsonl
      """)
    #expect(try found() == ["again/a.jsonl", "again/deep/b.jsonl"])
  }

  @Test func `a file that is named twice, or with its folder, is there once`() throws {
    try folder.shell("mkdir in; echo '{}' > in/a.jsonl; echo '{}' > in/b.jsonl")
    let (inner, a) = (folder.file("in"), folder.file("in/a.jsonl"))
    let both = ["\(inner)/a.jsonl", "\(inner)/b.jsonl"]
    #expect(try CorpusFiles([a, a, "-", "\(inner)/../in/a.jsonl"]).files == [a, "-"])
    #expect(try CorpusFiles([inner, a, inner]).files == both)
    #expect(try CorpusFiles([a, inner]).files == both)
  }

  @Test func `what is hidden is left out, compressed JSON is taken`() throws {
    try folder.shell(
      """
      mkdir -p __MACOSX .git; touch __MACOSX/a.jsonl .git/b.jsonl ._c.jsonl d.json e.json.gz
      touch f.json.zst g.jsonl.partial-12 h.jsonl.gz
      """)
    #expect(try found() == ["e.json.gz", "f.json.zst", "h.jsonl.gz"])
  }

  @Test func `files of other kinds are counted, but for the manifest of a corpus`() throws {
    try folder.shell(
      """
      mkdir deep; touch a.jsonl manifest.json b.parquet deep/c.pdf deep/d.json .e.pdf; ln -s . again
      """)
    let found = try CorpusFiles([folder.path, folder.file("deep/../a.jsonl")])
    #expect(found.files == [folder.file("a.jsonl")])
    let others = ["b.parquet", "deep/c.pdf", "deep/d.json"].map { folder.file($0) }
    #expect(found.leftOut == others)
    #expect(found.remark?.contains("left out: 3, such as \(others[0]);") == true)
    #expect(try CorpusFiles([folder.file("a.jsonl")]).remark == nil)
  }

  @Test func `what is hidden in an archive is left out too`() throws {
    try folder.shell(
      """
      mkdir __MACOSX; echo '{"a":1}' > a.jsonl; echo shadow > ._a.jsonl; cp ._a.jsonl __MACOSX
      tar -czf x.tgz ./a.jsonl ._a.jsonl __MACOSX
      """)
    let reader = try LineReader(folder.file("x.tgz"))
    var lines: [String] = []
    while let line = try reader.next() { lines.append(String(decoding: line.bytes, as: UTF8.self)) }
    #expect(lines == [#"{"a":1}"#])
  }

  @Test func `rows of a table do not know other systems' line ends`() throws {
    let text = "\u{FEFF}# remark\r\na\tb\r\n\r\n \t\nc\td"
    let rows = try tableRows(Array(text.utf8), path: "t")
    #expect(rows.map(\.line) == [2, 5])
    #expect(rows.map(\.cells) == [["a", "b"], ["c", "d"]])
  }
}
