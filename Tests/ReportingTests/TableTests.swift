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
