/// The size of a model and the length of its training.
package struct ModelScale: Codable, Equatable, Hashable, Sendable {
  /// The number of parameters, shared ones counted once.
  package var parameters: Double
  /// The number of tokens learned from.
  package var tokens: Double

  /// The fewest parameters and tokens that are taken for counts, and not for millions or billions.
  package static let least = 1e3

  package init(parameters: Double, tokens: Double) {
    (self.parameters, self.tokens) = (parameters, tokens)
  }

  /// The scale for people: `310M parameters, 20B tokens`.
  package var text: String {
    "\(Self.short(parameters)) parameters, \(Self.short(tokens)) tokens"
  }

  /// Returns a count to three digits with a letter: `122M`, `25.9B`.
  package static func short(_ count: Double) -> String {
    let units: [(value: Double, letter: String)] = [
      (1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"),
    ]
    let unit = units.first { count >= 0.9995 * $0.value } ?? (1, "")
    let value = count / unit.value
    let tenths = value < 9.995 ? 100.0 : value < 99.95 ? 10 : 1
    let rounded = (value * tenths).rounded() / tenths
    let text = "\(rounded)"
    return (text.hasSuffix(".0") ? String(text.dropLast(2)) : text) + unit.letter
  }
}
