import Formats
import Foundation

/// Unicode normalization, which is skipped where a glance shows that nothing would change.
struct Normalizer: Sendable {
  /// The normalization forms, applied one after another.
  let forms: [TokenizerFile.Normalization]

  /// The normalized text, or nil if that is `text` itself.
  func normalized(_ text: Span<UInt8>) -> [UInt8]? {
    guard !isPlain(text) else { return nil }
    var string = unsafe text.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    for form in forms {
      string =
        switch form {
        case .nfc: string.precomposedStringWithCanonicalMapping
        case .nfd: string.decomposedStringWithCanonicalMapping
        case .nfkc: string.precomposedStringWithCompatibilityMapping
        case .nfkd: string.decomposedStringWithCompatibilityMapping
        }
    }
    return Array(string.utf8)
  }

  /// Whether every character is in a range that the forms leave alone, whatever stands beside it.
  private func isPlain(_ text: Span<UInt8>) -> Bool {
    var position = 0
    while position < text.count {
      if text[position] < 0x80 {
        position += 1
        continue
      }
      guard forms == [.nfc],
        let (scalar, end) = decodedScalar(in: text, at: position, to: text.count)
      else { return false }
      switch scalar {
      case 0x80..<0x300, 0x400..<0x483, 0x5D0..<0x5EB, 0x620..<0x64B, 0x2010..<0x2028,
        0x2030..<0x2060, 0x3041..<0x3097, 0x30A1..<0x30FB, 0x4E00..<0xA000, 0xAC00..<0xD7A4:
        position = end
      default: return false
      }
    }
    return true
  }
}
