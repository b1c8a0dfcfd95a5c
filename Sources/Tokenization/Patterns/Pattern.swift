/// A regular expression over UTF-8 that matches what it matches in Hugging Face tokenizers.
///
/// Those have Oniguruma with Unicode 16. PCRE2 matches here, faster; the pattern is translated, and
/// `StandIns` make up for an older Unicode. Bytes that are not UTF-8 never match. Several threads
/// may use it at once.
package struct Pattern: Sendable {
  package let source: String
  private let code: PCRE2Pattern
  private let standIns: StandIns

  /// Compiles a pattern.
  ///
  /// - Parameter source: The pattern as Oniguruma reads it; `^` and `$` stand at every line's ends.
  /// - Throws: `TokenizationError.pattern` if it is not a regular expression that PCRE2 supports.
  package init(_ source: String) throws(TokenizationError) {
    self.source = source
    let spelling = try OnigurumaSyntax.read(source)
    standIns = StandIns(properties: spelling.properties, classes: spelling.classes)
    let pattern = try spelling.forPCRE2(writingOut: standIns.unmatched)
    do throws(PCRE2Pattern.Failure) {
      code = try PCRE2Pattern(pattern)
    } catch {
      throw .pattern(source, offset: min(error.offset, source.utf8.count), reason: error.reason)
    }
  }

  /// Calls `body` with each match in `range` of `text` that is not empty, from left to right.
  ///
  /// The pattern sees nothing before or after the range.
  func forEachMatch(
    in text: Span<UInt8>, range: Range<Int>, _ body: (Range<Int>) -> Void
  ) {
    let part = text.extracting(range)
    func found(_ match: Range<Int>) -> Bool {
      body(range.lowerBound + match.lowerBound..<range.lowerBound + match.upperBound)
      return true
    }
    if let replaced = standIns.replaced(part) {
      code.forEachMatch(in: replaced.span, found)
    } else {
      code.forEachMatch(in: part, found)
    }
  }
}
