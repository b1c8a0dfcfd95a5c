package import Formats
package import Kernels
import Parallel

/// The keys and values of a text's tokens in every layer, with room for those that follow.
///
/// Its user knows how many rows are filled.
package final class KeyValueCache: Sendable {
  let layers: [SharedTensor]  // (capacity, 2 · keys), operand: rotated keys, values

  package init(_ config: ModelConfig, capacity: Int, precision: Precision) {
    layers = (0..<config.layers).map { _ in
      SharedTensor(
        rows: capacity, columns: 2 * config.keyValueHeads * config.headSize, precision: precision)
    }
  }

  /// The number of bytes that the keys and values of one token take.
  package static func bytesPerToken(_ config: ModelConfig, precision: Precision) -> Int {
    2 * config.layers * config.keyValueHeads * config.headSize * precision.bytes
  }

  /// Overwrites the first `count` rows with those of `other`.
  package func copy(_ other: KeyValueCache, count: Int) {
    for layer in layers.indices {
      layers[layer].view.rows(0..<count).copy(other.layers[layer].view.rows(0..<count))
    }
  }
}

/// A tree of tokens and the cached text before it.
package struct Continuation: Sendable {
  package let tree: TokenTree
  /// The cache of the text, with room for the tree's rows behind it.
  package let cache: KeyValueCache
  /// The number of tokens of the text.
  package let past: Int

  package init(_ tree: TokenTree, of cache: KeyValueCache, past: Int) {
    (self.tree, self.cache, self.past) = (tree, cache, past)
  }
}

/// A text whose keys and values are computed once for all that follows it.
package struct CachedText: Sendable {
  /// The number of tokens of the text.
  package let tokens: Int
  private let cache: KeyValueCache
  private let parameters: Parameters

  /// Computes the keys and values of `text`.
  package init(_ text: [Int32], _ parameters: Parameters) {
    (tokens, self.parameters) = (text.count, parameters)
    cache = KeyValueCache(
      parameters.config, capacity: text.count, precision: parameters.precision)
    let rows = min(text.count, ContinuationBuffers.usualRows)
    guard rows > 0 else { return }
    let buffers = ContinuationBuffers(parameters, rows: rows, context: text.count)
    for piece in text.indices.parts(of: rows) {
      let chain = TokenTree(chain: Array(text[piece]), outputs: 0)
      _ = parameters.forward([Continuation(chain, of: cache, past: piece.lowerBound)], buffers)
    }
  }

  /// A copy of the cache with room for `more` tokens behind the text.
  package func copy(withRoomFor more: Int) -> KeyValueCache {
    let copy = KeyValueCache(
      parameters.config, capacity: tokens + more, precision: parameters.precision)
    copy.copy(cache, count: tokens)
    return copy
  }
}

/// The number of tokens that all of `texts` start with; 0 if there are no texts.
package func sharedStart(of texts: [[Int32]]) -> Int {
  guard let first = texts.first else { return 0 }
  return texts.reduce(first.count) { count, text in
    zip(first.prefix(count), text).prefix { $0 == $1 }.count
  }
}
