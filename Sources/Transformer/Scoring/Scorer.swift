package import Formats
import Kernels
package import Parallel

/// A scorer of documents: the log-probability of every token, once, under a model.
///
/// A document is preceded by one end-of-text token. One that is longer than the context is scored
/// in the windows of `ContextWindow`: those of a text or those of an answer.
package final class Scorer {
  private let parameters: Parameters
  private let stride: Int
  private let pool: WorkerPool
  /// The buffers by the length of their sequences, which are allocated when first needed.
  private var buffers: [Int: Activations] = [:]

  /// The number of tokens that a batch should have.
  private static let batchTokens = 2048

  /// Scores with `parameters`, in windows that are `stride` tokens apart in long texts.
  package init(_ parameters: Parameters, stride: Int, pool: WorkerPool) {
    precondition(1...parameters.config.context ~= stride, "a stride of \(stride)")
    (self.parameters, self.stride, self.pool) = (parameters, stride, pool)
  }

  private struct Window {
    let document: Int
    let part: ContextWindow
  }

  /// The log-probability, in nats, of every token of the first `documents` documents of `block`.
  ///
  /// - Parameter areAnswers: Whether only the end of each document is scored, after its context.
  /// - Returns: One value for each token, 0 for those that are not scored.
  package func logProbs(
    _ block: TokenBlock, documents: Int, areAnswers: Bool, endOfText: Int32
  ) -> [Float] {
    var values = [Float](repeating: 0, count: block.offsets[documents])
    let windows = windows(block, documents: documents, areAnswers: areAnswers)
    var first = 0
    while first < windows.count {
      // Windows come shortest first; the longest of a batch decides how long its sequences are.
      var time = sequenceLength(windows[first].part.length)
      var last = first
      while last < windows.count, last - first < sequences(time: time) {
        let longer = sequenceLength(windows[last].part.length)
        if longer > time && last - first >= sequences(time: longer) { break }
        time = longer
        last += 1
      }
      score(windows[first..<last], time: time, block, endOfText: endOfText, into: &values)
      first = last
    }
    return values
  }

  /// The windows of all documents, the shortest first, those of one length in the documents' order.
  private func windows(_ block: TokenBlock, documents: Int, areAnswers: Bool) -> [Window] {
    let context = parameters.config.context
    var windows: [Window] = []
    for document in 0..<documents {
      let count = block.offsets[document + 1] - block.offsets[document]
      let parts =
        areAnswers
        ? ContextWindow.ofAnswer(from: block.contexts[document], to: count, context: context)
        : ContextWindow.ofText(count, context: context, stride: stride)
      windows += parts.map { Window(document: document, part: $0) }
    }
    return windows.enumerated()
      .sorted { ($0.element.part.length, $0.offset) < ($1.element.part.length, $1.offset) }
      .map { $0.element }
  }

  /// The length of the sequences for windows of `length` tokens.
  ///
  /// It is the context, halved as often as `length` and a least length of 16 allow: so there are
  /// few lengths, and little padding.
  private func sequenceLength(_ length: Int) -> Int {
    var time = parameters.config.context
    while time / 2 >= max(16, length) { time /= 2 }
    return time
  }

  private func sequences(time: Int) -> Int { max(1, Self.batchTokens / time) }

  private func score(
    _ windows: ArraySlice<Window>, time: Int, _ block: TokenBlock, endOfText: Int32,
    into values: inout [Float]
  ) {
    let activations = buffer(time: time)
    var batch = Batch(sequences: activations.sequences, time: time)
    for (row, window) in windows.enumerated() {
      let offset = block.offsets[window.document]
      let part = window.part
      for (t, i) in (part.start..<part.end).enumerated() {
        batch.tokens[row * time + t] = i == 0 ? endOfText : block.values[offset + i - 1]
        if i >= part.scored { batch.targets[row * time + t] = block.values[offset + i] }
      }
    }
    parameters.forward(batch, activations, scoring: true, pool)
    for (row, window) in windows.enumerated() {
      for i in window.part.scored..<window.part.end {
        let loss = activations.loss(row: row * time + i - window.part.start)
        // What rounding puts above 0; not a number stays what it is, and is found.
        values[block.offsets[window.document] + i] = loss <= 0 ? 0 : -loss
      }
    }
  }

  private func buffer(time: Int) -> Activations {
    if let buffer = buffers[time] { return buffer }
    let buffer = Activations(
      parameters.config, sequences: sequences(time: time), time: time,
      precision: parameters.precision, threads: pool.threads, keeping: .nothing)
    buffers[time] = buffer
    return buffer
  }
}
