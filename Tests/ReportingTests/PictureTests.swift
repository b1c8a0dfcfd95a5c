import Foundation
import Testing
@testable import Reporting

@Suite struct Pictures {
  @Test func `a name is text to gnuplot, whatever its signs`() {
    #expect(Picture.quoted("lang=en") == "'lang=en'")
    #expect(Picture.quoted("it's `touch x` \"\\n\"") == "'it''s `touch x` \"\\n\"'")
    #expect(Picture.quoted("a\nb\u{1b}c") == "'a b c'")
  }

  @Test(
    .enabled(
      if: FileManager.default.fileExists(atPath: "/usr/bin/gnuplot"), "gnuplot is not installed"))
  func `names with signs are drawn as they are`() throws {
    let names = ["<b>", "a b", "lang=en", "C++", "s2pdfv1:software", "\"q\"", "it's", "a_b{c}^d@e"]
    let tics = names.enumerated().map { "\(Picture.quoted($1)) \($0)" }.joined(separator: ", ")
    let rows = names.indices.map { "\($0)" }.joined(separator: "\n")
    let picture = try Picture(
      caption: "", width: 900, height: 400,
      commands: """
        $x << EOD
        \(rows)
        EOD
        set xtics (\(tics))
        plot $x using 1 title \(Picture.quoted("`id` & <script>"))
        """)
    let svg = picture.svg.description
    for name in names {
      let text = name.replacing("<", with: "&lt;")
      #expect(svg.contains("<text>\(text)</text>"), "\(name)")
    }
    #expect(svg.contains("`id` &amp; &lt;script") && !svg.contains("<script"))
  }

  @Test(
    .enabled(
      if: FileManager.default.fileExists(atPath: "/usr/bin/gnuplot"), "gnuplot is not installed"))
  func `in a page a picture has a label, ids of its own, the page's colours and its data`() throws {
    let picture = try Picture(
      caption: "a \"b\" <c>", width: 300, height: 200,
      commands: "plot x linecolor rgb \"\(Picture.colors[0])\" notitle",
      data: DataLink(name: "my data", header: ["x"], rows: [["1,5"], ["ü\n"]]))
    let html = picture.html.description
    #expect(html.contains("<svg role=img aria-label=\"a &quot;b&quot; &lt;c&gt;\""))
    #expect(html.contains("var(--sd55e00)") && !html.contains("213,  94,   0"))
    #expect(html.contains("id='my-data-gpDot'") && !html.contains("id='gpDot'"))
    #expect(html.contains("'#my-data-gpPt5'") && !html.contains("<desc>"))
    #expect(
      html.contains(
        "href=\"data:text/csv;charset=utf-8,x%0A%221,5%22%0A%22%C3%BC%0A%22%0A\">Data (CSV)</a>"))
    #expect(html.contains("download=\"my data.csv\" aria-label=\"Data (CSV) of my data\""))
    #expect(!picture.svg.description.contains("var("))
  }
}
