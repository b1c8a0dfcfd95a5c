extension StringProtocol {
  /// The text with its control characters spelled out, but for tabs: it stays on one line, and does
  /// nothing to a terminal, wherever it comes from.
  package var spelled: String {
    guard unicodeScalars.contains(where: \.isControl) else { return String(self) }
    return unicodeScalars.map { $0.isControl ? $0.escaped(asASCII: true) : String($0) }.joined()
  }
}

extension Unicode.Scalar {
  fileprivate var isControl: Bool { properties.generalCategory == .control && self != "\t" }
}
