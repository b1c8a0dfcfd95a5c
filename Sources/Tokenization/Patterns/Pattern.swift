private import CPCRE2

/// A regular expression over UTF-8, compiled by PCRE2 with its JIT.
///
/// `\s`, `\d`, `\w` and case know all of Unicode. Bytes that are not UTF-8 never match. Several
/// threads may use it at once.
@safe package final class Pattern: @unchecked Sendable {
  package let source: String
  private let code: OpaquePointer

  /// Compiles a pattern.
  ///
  /// - Parameter source: The pattern as Oniguruma reads it; `^` and `$` stand at every line's ends.
  /// - Throws: `TokenizationError.pattern` if it is not a regular expression that PCRE2 supports.
  package init(_ source: String) throws(TokenizationError) {
    self.source = source
    var (error, offset): (CInt, Int) = (0, 0)
    let options =
      PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_MATCH_INVALID_UTF
      | UInt32(PCRE2_NEVER_BACKSLASH_C)
    let bytes = Array(try OnigurumaSyntax.spelledForPCRE2(source).utf8)
    guard let code = unsafe pcre2_compile_8(bytes, bytes.count, options, &error, &offset, nil)
    else {
      var text = [UInt8](repeating: 0, count: 200)
      let count = unsafe pcre2_get_error_message_8(error, &text, text.count)
      throw .pattern(
        source, offset: offset,
        reason: String(decoding: text.prefix(Int(max(0, count))), as: UTF8.self))
    }
    unsafe self.code = code
    unsafe pcre2_jit_compile_8(code, PCRE2_JIT_COMPLETE)
  }

  deinit { unsafe pcre2_code_free_8(code) }

  /// Calls `body` with each match in `range` of `text` that is not empty, from left to right.
  ///
  /// The pattern sees nothing before or after the range.
  func forEachMatch(
    in text: Span<UInt8>, range: Range<Int>, _ body: (Range<Int>) -> Void
  ) {
    let match = unsafe pcre2_match_data_create_8(1, nil)
    defer { unsafe pcre2_match_data_free_8(match) }
    unsafe text.extracting(range).withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return }
      var position = 0
      while position <= bytes.count {
        let found = unsafe matched(base, bytes.count, from: position, match)
        guard found > 0, let ends = unsafe pcre2_get_ovector_pointer_8(match) else { return }
        let (start, end) = unsafe (ends[0], ends[1])
        if end > start { body(range.lowerBound + start..<range.lowerBound + end) }
        position = end > start ? end : end + 1
      }
    }
  }

  /// The result of `pcre2_match`, which has no limits but memory.
  ///
  /// The JIT has a stack of 32 kB, which patterns with repeated groups fill on a long text. Then
  /// the interpreter matches, whose memory grows.
  private func matched(
    _ text: UnsafePointer<UInt8>, _ count: Int, from start: Int, _ match: OpaquePointer?
  ) -> CInt {
    let found = unsafe pcre2_match_8(code, text, count, start, 0, match, nil)
    guard found < PCRE2_ERROR_NOMATCH else { return found }
    let context = unsafe pcre2_match_context_create_8(nil)
    defer { unsafe pcre2_match_context_free_8(context) }
    unsafe pcre2_set_match_limit_8(context, .max)
    unsafe pcre2_set_depth_limit_8(context, .max)
    unsafe pcre2_set_heap_limit_8(context, .max)
    let again = unsafe pcre2_match_8(
      code, text, count, start, UInt32(PCRE2_NO_JIT), match, context)
    precondition(again >= PCRE2_ERROR_NOMATCH, "PCRE2 fails with \(again), out of memory")
    return again
  }
}
