import Kernels
package import Parallel
import Synchronization

/// A decoding of texts by the most likely token, again and again.
package struct GreedyDecoding: Sendable {
  private let parameters: Parameters
  /// The most tokens that are added to a prompt.
  private let limit: Int
  private let prompts: [[Int32]]
  /// The tokens that all prompts start with; at least one of each stands behind them.
  private let shared: CachedText

  /// The most texts that one thread continues at the same time: the rows of a product.
  private static let textsAtOnce = 32
  /// The most bytes that the keys and values of these texts take.
  private static let cacheLimit = 256 << 20

  /// Computes the start that all prompts share.
  ///
  /// - Parameters:
  ///   - prompts: Texts of at least one token, none longer than the context with `limit` more.
  ///   - limit: The most tokens that are added to a prompt.
  package init(_ parameters: Parameters, prompts: [[Int32]], limit: Int) {
    precondition(limit > 0 && prompts.allSatisfy { !$0.isEmpty })
    (self.parameters, self.prompts, self.limit) = (parameters, prompts, limit)
    let start = sharedStart(of: prompts.map { Array($0.dropLast()) })
    shared = CachedText(Array(prompts.first?.prefix(start) ?? []), parameters)
  }

  /// The tokens that follow each prompt.
  ///
  /// - Parameter isDone: Whether the tokens that follow a prompt are enough; called after each of
  ///   them.
  package func run(
    pool: WorkerPool, isDone: @Sendable (_ prompt: Int, _ tokens: [Int32]) -> Bool
  ) -> [[Int32]] {
    let results = Mutex([[Int32]](repeating: [], count: prompts.count))
    let rows = prompts.reduce(1) { max($0, $1.count - shared.tokens) }
    let bytes =
      KeyValueCache.bytesPerToken(parameters.config, precision: parameters.precision)
      * (shared.tokens + rows + limit)
    let textsAtOnce = max(1, min(Self.textsAtOnce, Self.cacheLimit / bytes))
    // Enough texts for a thread that there is a next one when one ends.
    let size = max(1, min(4 * textsAtOnce, (prompts.count + pool.threads - 1) / pool.threads))
    pool.forEachBlock(of: prompts.count, size: size) { block, _ in
      var texts = TextsOfThread(
        parameters, shared, rows: rows, limit: limit, textsAtOnce: min(textsAtOnce, block.count))
      for number in block {
        texts.wait(number, Array(prompts[number].dropFirst(shared.tokens)))
      }
      texts.run { number, tokens in
        guard tokens.count >= limit || isDone(number, tokens) else { return false }
        results.withLock { $0[number] = tokens }
        return true
      }
    }
    return results.withLock { $0 }
  }
}

/// The texts that one thread continues, `textsAtOnce` of them at the same time.
private struct TextsOfThread {
  private struct Text {
    /// The index of the prompt.
    let number: Int
    let cache: KeyValueCache
    /// The number of tokens in the cache.
    var past: Int
    /// The tokens that are not in the cache yet.
    var pending: [Int32]
    /// The tokens that were added to the prompt.
    var added: [Int32] = []
  }

  private let parameters: Parameters
  private let buffers: ContinuationBuffers
  private let sharedTokens: Int
  /// The caches that no text is in; the shared start stays in all of them.
  private var free: [KeyValueCache]
  private var waiting: [(number: Int, prompt: [Int32])] = []
  private var active: [Text] = []

  init(_ parameters: Parameters, _ shared: CachedText, rows: Int, limit: Int, textsAtOnce: Int) {
    (self.parameters, sharedTokens) = (parameters, shared.tokens)
    buffers = ContinuationBuffers(
      parameters, rows: max(rows, textsAtOnce), context: shared.tokens + rows + limit)
    free = (0..<textsAtOnce).map { _ in shared.copy(withRoomFor: rows + limit) }
  }

  /// Adds a prompt, without the shared start, to those that wait for a cache.
  mutating func wait(_ number: Int, _ prompt: [Int32]) { waiting.append((number, prompt)) }

  /// Continues all texts until each is done.
  ///
  /// - Parameter isDone: Whether a text is done with these tokens added; called after every token.
  mutating func run(isDone: (Int, [Int32]) -> Bool) {
    var next = 0
    while next < waiting.count || !active.isEmpty {
      while next < waiting.count, let cache = free.popLast() {
        let (number, prompt) = waiting[next]
        next += 1
        active.append(Text(number: number, cache: cache, past: sharedTokens, pending: prompt))
        extend(active.count - 1..<active.count)
        removeDone(from: active.count - 1, isDone)
      }
      extend(0..<active.count)
      removeDone(from: 0, isDone)
    }
  }

  /// Adds one token to each of these texts.
  private mutating func extend(_ texts: Range<Int>) {
    guard !texts.isEmpty else { return }
    let parts = active[texts].map {
      Continuation(TokenTree(chain: $0.pending, outputs: 1), of: $0.cache, past: $0.past)
    }
    let tokens = parameters.likeliestTokens(parameters.forward(parts, buffers), buffers)
    for (text, token) in zip(texts, tokens) {
      active[text].past += active[text].pending.count
      active[text].pending = [token]
      active[text].added.append(token)
    }
  }

  private mutating func removeDone(from first: Int, _ isDone: (Int, [Int32]) -> Bool) {
    for index in active.indices.suffix(from: first).reversed()
    where isDone(active[index].number, active[index].added) {
      free.append(active[index].cache)
      active.remove(at: index)
    }
  }
}
