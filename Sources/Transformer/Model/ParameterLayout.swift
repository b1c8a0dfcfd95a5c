package import Formats
import Kernels

/// The places of all parameters in one long vector, under their Hugging Face names.
///
/// Queries, keys and values of a layer lie one after the other, so that one product computes them
/// together.
package struct ParameterLayout: Sendable {
  package struct Entry: Sendable {
    package let name: String
    /// The shape (rows, columns) of a matrix, or (channels) of a gain.
    package let shape: [Int]
    /// The index of the first element in the vector.
    package let offset: Int

    /// The number of elements.
    package var count: Int { shape.reduce(1, *) }
    /// Whether weight decay applies: to matrices, not to gains of normalisations.
    package var decays: Bool { shape.count == 2 }
  }

  package let config: ModelConfig
  package private(set) var entries: [Entry] = []
  /// The length of the vector; a few elements between groups belong to no parameter and stay 0.
  package private(set) var length = 0

  package init(_ config: ModelConfig) {
    self.config = config
    let (hidden, inner) = (config.hiddenSize, config.intermediateSize)
    let (queries, keys) = (config.heads * config.headSize, config.keyValueHeads * config.headSize)
    append([("model.embed_tokens.weight", [config.vocabularySize, hidden])])
    for layer in 0..<config.layers {
      let prefix = "model.layers.\(layer)."
      append([(prefix + "input_layernorm.weight", [hidden])])
      append([
        (prefix + "self_attn.q_proj.weight", [queries, hidden]),
        (prefix + "self_attn.k_proj.weight", [keys, hidden]),
        (prefix + "self_attn.v_proj.weight", [keys, hidden]),
      ])
      append([(prefix + "self_attn.o_proj.weight", [hidden, queries])])
      append([(prefix + "post_attention_layernorm.weight", [hidden])])
      append([
        (prefix + "mlp.gate_proj.weight", [inner, hidden]),
        (prefix + "mlp.up_proj.weight", [inner, hidden]),
      ])
      append([(prefix + "mlp.down_proj.weight", [hidden, inner])])
    }
    append([("model.norm.weight", [hidden])])
    if !config.tiesEmbeddings { append([("lm_head.weight", [config.vocabularySize, hidden])]) }
  }

  /// Appends parameters without gaps between them, from an offset that is a multiple of 16 on.
  private mutating func append(_ group: [(name: String, shape: [Int])]) {
    length = (length + 15) / 16 * 16
    for (name, shape) in group {
      entries.append(Entry(name: name, shape: shape, offset: length))
      length += shape.reduce(1, *)
    }
  }

  /// The number of parameters of the model; shared ones are counted once.
  package var parameterCount: Int { entries.reduce(0) { $0 + $1.count } }
}

/// A vector of the layout seen as the matrices of the model: parameters, or their gradients.
struct ParameterViews: Sendable {
  struct Layer: Sendable {
    let norm1: Matrix  // (1, hiddenSize)
    let qkv: Matrix  // (queries + 2 keys, hiddenSize)
    let output: Matrix  // (hiddenSize, queries)
    let norm2: Matrix  // (1, hiddenSize)
    let gate: Matrix  // (intermediateSize, hiddenSize)
    let up: Matrix  // (intermediateSize, hiddenSize)
    let down: Matrix  // (hiddenSize, intermediateSize)
  }

  let embedding: Matrix  // (vocabulary, hiddenSize)
  let layers: [Layer]
  let norm: Matrix  // (1, hiddenSize)
  let head: Matrix  // (vocabulary, hiddenSize): the embedding, where they are tied

  init(_ layout: ParameterLayout, of vector: Matrix) {
    let config = layout.config
    var index = 0
    /// The next `members` entries of the layout together, as a matrix with `columns` columns.
    func next(_ members: Int, columns: Int) -> Matrix {
      let group = layout.entries[index..<index + members]
      index += members
      return vector.reshaped(
        from: layout.entries[index - members].offset,
        rows: group.reduce(0) { $0 + $1.count } / columns, columns: columns)
    }
    let hidden = config.hiddenSize
    let embedding = next(1, columns: hidden)
    layers = (0..<config.layers).map { _ in
      Layer(
        norm1: next(1, columns: hidden), qkv: next(3, columns: hidden),
        output: next(1, columns: config.heads * config.headSize), norm2: next(1, columns: hidden),
        gate: next(1, columns: hidden), up: next(1, columns: hidden),
        down: next(1, columns: config.intermediateSize))
    }
    norm = next(1, columns: hidden)
    head = config.tiesEmbeddings ? embedding : next(1, columns: hidden)
    self.embedding = embedding
  }
}
