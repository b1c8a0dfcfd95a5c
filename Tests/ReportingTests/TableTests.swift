import Reporting
import Testing

struct TableTests {
  private let table = Table(
    title: "T", header: ["name", "x"], rows: [["a<b", "1.5"], ["c", "10.25"]], emphasized: [1],
    note: "n & m")

  @Test func `a table is text in columns`() {
    #expect(table.text == "T\n  name      x\n  a<b     1.5\n  c     10.25\n")
  }

  @Test func `a table is HTML with everything escaped`() {
    let html = table.html.description
    #expect(html.contains("<th scope=row dir=auto>a&lt;b</th>"))
    #expect(html.contains("n &amp; m"))
    #expect(html.contains("<tr class=best><th scope=row dir=auto>c</th>"))
  }

  @Test func `long and wide tables show the first twenty and fold the rest`() {
    var table = Table(
      title: "T", header: ["set", "mean"] + (0..<23).map { "e\($0)" },
      rows: (0..<196).map { row in ["r\(row)", "0"] + (0..<23).map { "\($0)" } }, note: "")
    (table.long, table.wide) = ("domains", ("experts", 2))
    let lines = table.text.split(separator: "\n")
    #expect(lines.count == 23 && lines[22] == "  176 more domains, 3 more experts")
    #expect(lines[1].hasSuffix("e19") && !table.text.contains("e20"))
    let html = table.html.description
    #expect(html.contains("<details><summary>176 more domains, 3 more experts</summary>"))
    #expect(html.contains("r195") && html.contains("e22"))
    table.rows = Array(table.rows.prefix(20))
    table.wide = nil
    #expect(!table.html.description.contains("<details>"))
    #expect(shortened(["a", "b"]) == ["a", "b"])
    #expect(shortened((0..<22).map { "\($0)" }).last == "2 more")
  }

  @Test(arguments: [
    (0.0, 2, "0.00"), (-0.001, 2, "0.00"), (-0.126, 2, "−0.13"), (12.5, 0, "13"),
    (3.14159, 3, "3.142"),
  ])
  func `numbers have the digits asked for`(value: Double, digits: Int, expected: String) {
    #expect(fixed(value, digits) == expected)
  }

  @Test func `gnuplot's complaint is the error`() {
    let error = #expect(throws: ReportError.self) {
      try Picture(caption: "", width: 100, height: 100, commands: "plot nonsense_without_data")
    }
    #expect(error?.message.contains("nonsense_without_data") == true)
  }

  @Test func `a picture takes its ink from the page`() throws {
    let picture = try Picture(
      caption: "c", width: 200, height: 100, commands: "set xlabel 'x'\nplot x notitle")
    #expect(picture.svg.description.hasPrefix("<svg"))
    #expect(picture.svg.description.contains("currentColor"))
  }
}
