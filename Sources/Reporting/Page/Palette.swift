import Foundation

/// The colours of the page and of its pictures, each with one for light and one for dark.
///
/// Hues are those that most colour-blind readers tell apart (Okabe, Ito 2008), made darker or
/// lighter until marks have a contrast of 3 and text one of 4.5 with the background.
/// Source: WCAG 2.2, 1.4.3 and 1.4.11.
enum Palette {
  struct Pair {
    let light: String
    let dark: String
  }

  /// The background, which is the browser's own where it knows of dark pages.
  static let background = Pair(light: "#ffffff", dark: "#121212")
  static let text = Pair(light: "#1a1a1a", dark: "#eeeeee")
  /// What notes are written in.
  static let faint = Pair(light: "#595959", dark: "#b0b0b0")
  static let link = Pair(light: "#0050b3", dark: "#8ab4f8")
  /// The bars and dots of strips, and the marks that they are compared with.
  static let mark = Pair(light: "#c77700", dark: "#e69f00")
  static let compared = Pair(light: "#0072b2", dark: "#56b4e9")
  /// The series of pictures, by the colour that gnuplot is told.
  static let series = [
    "#d55e00": Pair(light: "#d55e00", dark: "#f07a1f"),
    "#0072b2": Pair(light: "#0072b2", dark: "#3d9ad6"),
    "#009e73": Pair(light: "#00855f", dark: "#00b585"),
    "#cc79a7": Pair(light: "#b3558a", dark: "#d98cb8"),
    "#e69f00": Pair(light: "#9c6b00", dark: "#e69f00"),
    "#56b4e9": Pair(light: "#2586bd", dark: "#7cc8f2"),
    "#999999": Pair(light: "#767676", dark: "#a6a6a6"),
  ]

  /// The variable that a picture's series has in the page.
  static func variable(_ color: String) -> String { "var(--s\(color.dropFirst()))" }

  static var style: String {
    let pairs =
      [
        ("back", background), ("text", text), ("faint", faint), ("link", link), ("mark", mark),
        ("other", compared),
      ] + series.sorted { $0.key < $1.key }.map { ("s\($0.key.dropFirst())", $0.value) }
    func block(_ color: (Pair) -> String) -> String {
      pairs.map { "--\($0.0): \(color($0.1));" }.joined(separator: " ")
    }
    return """
      :root { color-scheme: light dark; --line: #8884; --best: #e69f0033; \(block(\.light)) }
      @media (prefers-color-scheme: dark) { :root { \(block(\.dark)) } }
      @media print { :root { \(block(\.light)) } }

      """
  }

  /// Returns the contrast of two colours, from 1 to 21.
  ///
  /// Source: WCAG 2.2, definitions of contrast ratio and relative luminance.
  static func contrast(_ first: String, _ second: String) -> Double {
    let (a, b) = (luminance(first), luminance(second))
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)
  }

  private static func luminance(_ color: String) -> Double {
    let number = Int(color.dropFirst(), radix: 16) ?? 0
    let parts = [16, 8, 0].map { shift -> Double in
      let value = Double(number >> shift & 255) / 255
      return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
  }
}
