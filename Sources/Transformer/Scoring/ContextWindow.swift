import Kernels
import Parallel

/// A part of a document that a model sees at once.
///
/// Each token of it is predicted from those before it in the window, and from the token before the
/// window, which is end of text at the start of a document.
package struct ContextWindow: Equatable, Sendable {
  /// The index of the first token that is predicted.
  package let start: Int
  /// The index of the first token whose prediction is kept.
  package let scored: Int
  /// The index after the last token.
  package let end: Int

  /// The number of tokens that are predicted.
  var length: Int { end - start }

  /// The windows, `stride` tokens apart, that score all `count` tokens of a text.
  ///
  /// Each scores the tokens that the one before did not reach, so all but the first `context`
  /// tokens are predicted from at least `context − stride` others.
  static func ofText(_ count: Int, context: Int, stride: Int) -> [ContextWindow] {
    var windows: [ContextWindow] = []
    var (start, scored) = (0, 0)
    while scored < count {
      let end = min(count, start + context)
      windows.append(ContextWindow(start: start, scored: scored, end: end))
      (start, scored) = (start + stride, end)
    }
    return windows
  }

  /// The windows that score the tokens from `first` on, to `count`.
  ///
  /// It is one window, which loses tokens on the left if all are too many. If even the scored
  /// tokens do not fit, they are cut into pieces of half a context, each with as many tokens before
  /// it as there is room for.
  package static func ofAnswer(from first: Int, to count: Int, context: Int) -> [ContextWindow] {
    let piece = count - first <= context ? max(1, count - first) : max(1, context / 2)
    return (first..<count).parts(of: piece).map { scored in
      ContextWindow(
        start: max(0, scored.upperBound - context), scored: scored.lowerBound,
        end: scored.upperBound)
    }
  }
}
