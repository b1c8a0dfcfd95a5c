import Kernels
import Parallel

/// Part of a document that a model sees at once: tokens from `start` on are predicted, each given the one
/// before it, the first of a document given end of text; those from `scored` on are kept.
package struct ContextWindow: Equatable, Sendable {
  package let start: Int
  package let scored: Int
  package let end: Int

  var length: Int { end - start }

  /// Windows `stride` tokens apart; each scores the tokens that the one before did not reach, so all
  /// but the first `context` tokens are predicted from at least `context − stride` others.
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

  /// Windows that score the tokens from `first` on: one, which loses tokens on the left if all are too
  /// many. If even the scored tokens do not fit, they are cut into pieces of half a context, each with
  /// as many tokens before it as there is room for.
  package static func ofAnswer(from first: Int, to count: Int, context: Int) -> [ContextWindow] {
    let piece = count - first <= context ? max(1, count - first) : max(1, context / 2)
    return (first..<count).parts(of: piece).map { scored in
      ContextWindow(
        start: max(0, scored.upperBound - context), scored: scored.lowerBound,
        end: scored.upperBound)
    }
  }
}
