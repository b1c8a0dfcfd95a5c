private import CPCRE2
import Storage

/// A regular expression over UTF-8 in PCRE2's own spelling, compiled with its JIT.
///
/// `\d`, `\w` and case know all of Unicode that PCRE2 has. Bytes that are not UTF-8 never match.
/// Several threads may use it at once.
@safe final class PCRE2Pattern: @unchecked Sendable {
  private let code: OpaquePointer
  private let source: String

  /// The steps that a match may take: some seconds' worth.
  private static let (leastSteps, stepsPerByte) = (100_000_000, 16)

  /// Why PCRE2 does not take a pattern, at which of its bytes.
  struct Failure: Error {
    let offset: Int
    let reason: String
  }

  init(_ source: String) throws(Failure) {
    var (error, offset): (CInt, Int) = (0, 0)
    let options =
      PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_MATCH_INVALID_UTF
      | UInt32(PCRE2_NEVER_BACKSLASH_C)
    let bytes = Array(source.utf8)
    guard let code = unsafe pcre2_compile_8(bytes, bytes.count, options, &error, &offset, nil)
    else {
      var text = [UInt8](repeating: 0, count: 200)
      let count = unsafe pcre2_get_error_message_8(error, &text, text.count)
      throw Failure(
        offset: offset, reason: String(decoding: text.prefix(Int(max(0, count))), as: UTF8.self))
    }
    unsafe self.code = code
    self.source = source
    unsafe pcre2_jit_compile_8(code, PCRE2_JIT_COMPLETE)
  }

  deinit { unsafe pcre2_code_free_8(code) }

  /// Calls `body` with each match in `text` that is not empty, from left to right, until it returns
  /// false.
  func forEachMatch(in text: Span<UInt8>, _ body: (Range<Int>) -> Bool) {
    let match = unsafe pcre2_match_data_create_8(1, nil)
    defer { unsafe pcre2_match_data_free_8(match) }
    unsafe text.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return }
      var position = 0
      while position <= bytes.count {
        let found = unsafe matched(base, bytes.count, from: position, match)
        guard found > 0, let ends = unsafe pcre2_get_ovector_pointer_8(match) else { return }
        let (start, end) = unsafe (ends[0], ends[1])
        if end > start, !body(start..<end) { return }
        position = end > start ? end : end + 1
      }
    }
  }

  /// The first character of `text` at which the pattern matches.
  func firstScalar(in text: [UInt8]) -> UInt32? {
    var first: UInt32?
    forEachMatch(in: text.span) { match in
      first = decodedScalar(in: text.span, at: match.lowerBound, to: text.count)?.0
      return false
    }
    return first
  }

  /// The characters of `text` at which the pattern matches.
  func scalars(in text: [UInt8]) -> [UInt32] {
    var scalars: [UInt32] = []
    forEachMatch(in: text.span) { match in
      if let (scalar, _) = decodedScalar(in: text.span, at: match.lowerBound, to: text.count) {
        scalars.append(scalar)
      }
      return true
    }
    return scalars
  }

  /// The result of `pcre2_match`, whose memory has no limit.
  ///
  /// The JIT has a stack of 32 kB, which patterns with repeated groups fill on a long text. Then
  /// the interpreter matches, whose memory grows. Repeats in repeats may take steps without end:
  /// after some seconds of them the process ends.
  private func matched(
    _ text: UnsafePointer<UInt8>, _ count: Int, from start: Int, _ match: OpaquePointer?
  ) -> CInt {
    let found = unsafe pcre2_match_8(code, text, count, start, 0, match, nil)
    guard found < PCRE2_ERROR_NOMATCH else { return found }
    let context = unsafe pcre2_match_context_create_8(nil)
    defer { unsafe pcre2_match_context_free_8(context) }
    let steps = UInt32(clamping: Self.leastSteps + Self.stepsPerByte * (count - start))
    unsafe pcre2_set_match_limit_8(context, steps)
    unsafe pcre2_set_depth_limit_8(context, .max)
    unsafe pcre2_set_heap_limit_8(context, .max)
    let again = unsafe pcre2_match_8(
      code, text, count, start, UInt32(PCRE2_NO_JIT), match, context)
    if again < PCRE2_ERROR_NOMATCH {
      endProcess(
        as: .badData,
        "pattern \(source.prefix(80)): takes more than \(steps) steps on a text of \(count) bytes; "
          + "write it without repeats in repeats")
    }
    return again
  }
}
