import Foundation
package import Storage

/// The reasons why a report could not be made.
package enum ReportError: ReportableError {
  case gnuplot(String)

  package var kind: FailureKind { .computation }
  package var message: String {
    switch self {
    case .gnuplot(let problem): "gnuplot: \(problem); install the Debian package gnuplot-nox"
    }
  }
}

/// A picture drawn by gnuplot, as an SVG element that takes its text colour from the page.
package struct Picture {
  var caption: String
  /// The numbers that are drawn; nil for a picture that is no part of a page.
  var data: DataLink?
  /// The picture as it is outside of a page.
  package var svg: HTML

  var html: HTML {
    let svg = Self.labelled(Self.themed(svg.description), caption, data?.name ?? "picture")
    return """
      <figure tabindex=0>\(svg)<figcaption>\(caption)</figcaption>\(data?.html ?? "")</figure>
      """
  }

  /// The grey of axes and text, which becomes the page's own colour, dark or light.
  private static let ink = "#7f7f7f"
  /// The colours of the series, which are told apart on white and on black.
  ///
  /// Most colour-blind readers tell them apart too (Okabe, Ito 2008).
  package static let colors = [
    "#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#999999",
  ]

  /// Draws a picture.
  ///
  /// - Parameters:
  ///   - commands: The commands after the terminal's set-up, with data in `$name << EOD` blocks.
  ///   - data: The same numbers for a reader.
  /// - Throws: `ReportError.gnuplot` if gnuplot cannot be run, or draws nothing.
  init(
    caption: String, width: Int, height: Int, commands: String, data: DataLink
  ) throws(ReportError) {
    try self.init(caption: caption, width: width, height: height, commands: commands)
    self.data = data
  }

  /// Draws a picture that is no part of a page.
  ///
  /// - Throws: `ReportError.gnuplot` if gnuplot cannot be run, or draws nothing.
  package init(caption: String, width: Int, height: Int, commands: String) throws(ReportError) {
    self.caption = caption
    let script = """
      set encoding utf8
      set terminal svg size \(width),\(height) dynamic font "sans-serif,13"
      set termoption noenhanced
      set border 3 linecolor rgb "\(Self.ink)"
      set tics nomirror textcolor rgb "\(Self.ink)"
      set xlabel offset 0,0.6 textcolor rgb "\(Self.ink)"
      set ylabel textcolor rgb "\(Self.ink)"
      set key textcolor rgb "\(Self.ink)"
      set grid linecolor rgb "\(Self.ink)" linewidth 0.3
      \(commands)
      """
    let output = try Self.run(script)
    guard let start = output.range(of: "<svg"), output.contains("</svg>") else {
      throw .gnuplot("drew no picture")
    }
    let svg = String(output[start.lowerBound...])
    self.svg = HTML(
      svg.replacing(Self.ink, with: "currentColor")
        .replacing("rgb(127, 127, 127)", with: "currentColor"))
  }

  /// Returns the picture in the page's colours, whose dark ones gnuplot does not know.
  private static func themed(_ svg: String) -> String {
    colors.reduce(svg) { svg, color in
      let number = Int(color.dropFirst(), radix: 16) ?? 0
      let (red, green, blue) = (number >> 16 & 255, number >> 8 & 255, number & 255)
      return svg.replacing(
        String(format: "rgb(%3d, %3d, %3d)", red, green, blue), with: Palette.variable(color))
    }
  }

  /// Returns the picture with its caption for readers who do not see it, and with ids that no other
  /// picture of the page has.
  private static func labelled(_ svg: String, _ caption: String, _ name: String) -> HTML {
    let label = HTML.text(caption).description
    let prefix = name.replacing(/[^A-Za-z0-9]+/, with: "-")
    return HTML(
      svg.replacing(/<title>.*?<\/title>\s*<desc>.*?<\/desc>/, with: "")
        .replacing(/^<svg/, with: "<svg role=img aria-label=\"\(label)\"")
        .replacing(/(id=|href=)(["'])(#?)/) { "\($0.1)\($0.2)\($0.3)\(prefix)-" }
        .replacing(/url\(#/) { _ in "url(#\(prefix)-" })
  }

  /// Text as a string of gnuplot's in which nothing is a command, an escape or markup.
  static func quoted(_ text: String) -> String {
    let line = String(
      String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 ? " " : $0 }))
    return "'\(line.replacing("'", with: "''"))'"
  }

  private static func run(_ script: String) throws(ReportError) -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["gnuplot", "-"]
    let (input, output, errors) = (Pipe(), Pipe(), Pipe())
    (process.standardInput, process.standardOutput, process.standardError) = (input, output, errors)
    do {
      try process.run()
      try input.fileHandleForWriting.write(contentsOf: Data(script.utf8))
      try input.fileHandleForWriting.close()
      let svg = try output.fileHandleForReading.readToEnd() ?? Data()
      let complaint = try errors.fileHandleForReading.readToEnd() ?? Data()
      process.waitUntilExit()
      guard process.terminationStatus == 0 else {
        let lines = String(decoding: complaint, as: UTF8.self).split(separator: "\n")
        throw ReportError.gnuplot(String(lines.last ?? "cannot be run"))
      }
      return String(decoding: svg, as: UTF8.self)
    } catch let error as ReportError {
      throw error
    } catch {
      throw .gnuplot("cannot be run: \(error.localizedDescription)")
    }
  }
}
