import Tasks

/// A piece of HTML that is already escaped.
package struct HTML: ExpressibleByStringInterpolation, CustomStringConvertible {
  package var description: String

  package init(stringLiteral value: String) { description = value }
  init(_ text: String) { description = text }

  /// Returns text for a person, with all escaped that HTML would read as markup.
  static func text(_ text: some StringProtocol) -> HTML {
    var escaped = ""
    for character in text {
      switch character {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      default: escaped.append(character)
      }
    }
    return HTML(escaped)
  }

  package struct StringInterpolation: StringInterpolationProtocol {
    var html = ""
    package init(literalCapacity: Int, interpolationCount: Int) {}
    package mutating func appendLiteral(_ literal: String) { html += literal }
    package mutating func appendInterpolation(_ piece: HTML) { html += piece.description }
    package mutating func appendInterpolation(_ text: some StringProtocol) {
      html += HTML.text(text).description
    }
    package mutating func appendInterpolation(_ number: Int) { html += "\(number)" }
  }
  package init(stringInterpolation: StringInterpolation) { description = stringInterpolation.html }
}

extension Sequence<HTML> {
  func joined() -> HTML { HTML(map(\.description).joined(separator: "\n")) }
}
