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
  package var svg: HTML

  var html: HTML { "<figure>\(svg)<figcaption>\(caption)</figcaption></figure>" }

  /// The grey of axes and text, which becomes the page's own colour, dark or light.
  private static let ink = "#7f7f7f"
  /// The colours of the series, which are told apart on white and on black.
  ///
  /// Most colour-blind readers tell them apart too (Okabe, Ito 2008).
  package static let colors = [
    "#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#999999",
  ]

  /// `text` as a string for gnuplot, in which nothing is a command or markup.
  ///
  /// In other quotes backquotes run what is between them.
  static func string(_ text: String) -> String {
    "'" + text.spelled.replacing("'", with: "''") + "' noenhanced"
  }

  /// `text` as one cell of a block of data.
  static func cell(_ text: String) -> String {
    "\"" + text.spelled.replacing("\"", with: "'").replacing("\\", with: "/") + "\""
  }

  /// Draws a picture.
  ///
  /// - Parameters:
  ///   - commands: The commands after the terminal's set-up, with data in `$name << EOD` blocks.
  /// - Throws: `ReportError.gnuplot` if gnuplot cannot be run, or draws nothing.
  package init(caption: String, width: Int, height: Int, commands: String) throws(ReportError) {
    self.caption = caption
    let script = """
      set encoding utf8
      set terminal svg size \(width),\(height) dynamic font "sans-serif,13"
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
      .replacingOccurrences(of: Self.ink, with: "currentColor")
      .replacingOccurrences(of: "rgb(127, 127, 127)", with: "currentColor")
    self.svg = HTML(svg)
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
