import Tasks

/// A piece of HTML that is already escaped.
package struct HTML: ExpressibleByStringInterpolation, CustomStringConvertible {
  package var description: String

  package init(stringLiteral value: String) { description = value }
  init(_ text: String) { description = text }

  /// Returns text for a person, with all escaped that HTML would read as markup.
  static func text(_ text: some StringProtocol) -> HTML {
    // Scalar by scalar: a quote with an accent on it is one character, and still ends an attribute.
    var escaped = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;".unicodeScalars
      case "<": escaped += "&lt;".unicodeScalars
      case ">": escaped += "&gt;".unicodeScalars
      case "\"": escaped += "&quot;".unicodeScalars
      default: escaped.append(scalar)
      }
    }
    return HTML(String(escaped))
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
