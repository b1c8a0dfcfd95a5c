import Formats

/// Unicode normalization as Hugging Face tokenizers does it, skipped where nothing would change.
///
/// Characters that its Unicode, version 9, does not know are left alone, and nothing moves past
/// them.
struct Normalizer: Sendable {
  /// The normalization forms, applied one after another.
  let forms: [TokenizerFile.Normalization]

  private static let unknown = RareCharacters(codePoints(OldNormalization.unknown))

  /// The normalized text, or nil if that is `text` itself.
  func normalized(_ text: Span<UInt8>) -> [UInt8]? {
    guard !isPlain(text) else { return nil }
    var result = text.indices.map { text[$0] }
    for form in forms { result = Self.normalized(result.span, to: form) }
    return result
  }

  private static func normalized(
    _ text: Span<UInt8>, to form: TokenizerFile.Normalization
  ) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var start = 0
    while let (_, range) = unknown.first(in: text, from: start) {
      appendNormalized(text.extracting(start..<range.lowerBound), form, to: &result)
      for position in range { result.append(text[position]) }
      start = range.upperBound
    }
    appendNormalized(text.extracting(start..<text.count), form, to: &result)
    return result
  }

  private static func appendNormalized(
    _ text: Span<UInt8>, _ form: TokenizerFile.Normalization, to result: inout [UInt8]
  ) {
    let table: Decompositions = form.isCompatible ? .compatible : .canonical
    var run = CombiningRun(table: table, composes: form.composes)
    var position = 0
    while position < text.count {
      // Nothing combines with a character that another of ASCII follows.
      if text[position] < 0x80, position + 1 == text.count || text[position + 1] < 0x80 {
        run.flush(into: &result)
        result.append(text[position])
        position += 1
        continue
      }
      let (scalar, end) =
        decodedScalar(in: text, at: position, to: text.count) ?? (0xFFFD, position + 1)
      let traits = scalar < 0x80 ? [] : table.traits(scalar)
      if traits.isEmpty || traits == [.decomposes, .recomposes] && form.composes {
        run.flush(into: &result)
        run.begin(with: scalar)
      } else {
        run.add(scalar)
      }
      position = end
    }
    run.flush(into: &result)
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

extension TokenizerFile.Normalization {
  fileprivate var isCompatible: Bool { self == .nfkc || self == .nfkd }
  fileprivate var composes: Bool { self == .nfc || self == .nfkc }
}

/// A character and those behind it that may combine with it.
private struct CombiningRun {
  let table: Decompositions
  let composes: Bool
  private var scalars: [UInt32] = []
  /// Whether the run is one character that stays as it is.
  private var isPlain = false

  init(table: Decompositions, composes: Bool) { (self.table, self.composes) = (table, composes) }

  /// Begins an empty run with a character that stays as it is if nothing combines with it.
  mutating func begin(with scalar: UInt32) {
    scalars.append(scalar)
    isPlain = true
  }

  mutating func add(_ scalar: UInt32) {
    scalars.append(scalar)
    isPlain = false
  }

  mutating func flush(into result: inout [UInt8]) {
    guard !scalars.isEmpty else { return }
    defer { scalars.removeAll(keepingCapacity: true) }
    if !isPlain {
      scalars = ordered(scalars.flatMap(table.parts))
      if composes { scalars = composed(scalars) }
    }
    for scalar in scalars {
      if scalar < 0x80 {
        result.append(UInt8(scalar))
      } else if let character = Unicode.Scalar(scalar) {
        result += UTF8.encode(character)!
      }
    }
  }

  /// Marks in a row in the order of their combining classes, those of one class as they were.
  private func ordered(_ scalars: [UInt32]) -> [UInt32] {
    var result: [(scalar: UInt32, rank: UInt8)] = []
    for scalar in scalars {
      let rank =
        table.traits(scalar).contains(.reorders) ? Decompositions.combiningClass(scalar) : 0
      var place = result.count
      while rank > 0, place > 0, result[place - 1].rank > rank { place -= 1 }
      result.insert((scalar, rank), at: place)
    }
    return result.map(\.scalar)
  }

  /// Each starter composed with what follows it and is not blocked by a mark of as high a class.
  private func composed(_ scalars: [UInt32]) -> [UInt32] {
    var result: [UInt32] = []
    var (starter, last): (Int?, Int) = (nil, -1)
    for scalar in scalars {
      let isMark = table.traits(scalar).contains(.reorders)
      let rank = isMark ? Int(Decompositions.combiningClass(scalar)) : 0
      if let starter, last < rank, let whole = table.composed(result[starter], scalar) {
        result[starter] = whole
        continue
      }
      if rank == 0 { (starter, last) = (result.count, -1) } else { last = rank }
      result.append(scalar)
    }
    return result
  }
}
