/// The passages of a text: parts of some thousand bytes that end where the text has a break.
struct Passages {
  /// The byte ranges of the passages, one after another; together they are the text.
  let ranges: [Range<Int>]

  /// Cuts `text`, of UTF-8, into passages of `size` to twice as many bytes.
  ///
  /// A passage ends after the last blank line of that stretch; without one after the last line,
  /// else the last sentence, else the last word. Where the cuts are depends on the text before
  /// them alone, and a text of less than twice `size` bytes is one passage.
  init(of text: [UInt8], size: Int) {
    precondition(size > 0)
    var ranges: [Range<Int>] = []
    var start = 0
    while text.count - start >= 2 * size {
      let end = Self.end(in: text, within: start + size..<start + 2 * size)
      ranges.append(start..<end)
      start = end
    }
    if start < text.count { ranges.append(start..<text.count) }
    self.ranges = ranges
  }

  /// Where a passage that has to end inside `stretch` ends best.
  private static func end(in text: [UInt8], within stretch: Range<Int>) -> Int {
    let (newline, space) = (UInt8(ascii: "\n"), UInt8(ascii: " "))
    var (line, sentence, word) = (Int?.none, Int?.none, Int?.none)
    for end in stretch.reversed() {
      let (before, last) = (text[end - 2], text[end - 1])
      if last == newline, before == newline { return end }
      if last == newline, line == nil { line = end }
      if last == space, before == UInt8(ascii: "."), sentence == nil { sentence = end }
      if last == space, word == nil { word = end }
    }
    if let found = line ?? sentence ?? word { return found }
    // No character of UTF-8 is longer than four bytes.
    return (stretch.upperBound - 4..<stretch.upperBound).last { text[$0] & 0xC0 != 0x80 }
      ?? stretch.upperBound
  }
}
