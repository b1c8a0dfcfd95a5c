package import Storage

/// The shape of a Llama model: `config.json` as Hugging Face transformers writes and reads it.
package struct ModelConfig: Equatable, Sendable {
  package var vocabularySize: Int
  /// The number of channels of the residual stream.
  package var hiddenSize: Int
  package var layers: Int
  package var heads: Int
  /// The number of heads of keys and values, each shared by `heads / keyValueHeads` query heads.
  package var keyValueHeads: Int
  /// The number of channels of a head.
  package var headSize: Int
  /// The number of channels inside the feed-forward layer.
  package var intermediateSize: Int
  /// The longest sequence the model was trained on, in tokens.
  package var context: Int
  package var normEpsilon: Float
  /// The base of the rotary embedding's frequencies.
  package var ropeTheta: Double
  /// Whether the output head is the transposed embedding.
  package var tiesEmbeddings: Bool
  /// The id of the token that ends a text, or nil if the configuration does not say.
  package var endOfText: Int32?

  package init(
    vocabularySize: Int, hiddenSize: Int, layers: Int, heads: Int, keyValueHeads: Int,
    headSize: Int? = nil,
    intermediateSize: Int, context: Int, normEpsilon: Float = 1e-5, ropeTheta: Double = 10_000,
    tiesEmbeddings: Bool = false, endOfText: Int32? = nil
  ) {
    (self.vocabularySize, self.hiddenSize, self.layers) = (vocabularySize, hiddenSize, layers)
    (self.heads, self.keyValueHeads, self.headSize) = (
      heads, keyValueHeads, headSize ?? hiddenSize / heads
    )
    (self.intermediateSize, self.context, self.normEpsilon) = (
      intermediateSize, context, normEpsilon
    )
    (self.ropeTheta, self.tiesEmbeddings) = (ropeTheta, tiesEmbeddings)
    self.endOfText = endOfText
  }

  /// The most layers that are looked for; known models have a hundred or two.
  private static let mostLayers = 1 << 14

  /// What makes this shape impossible, or nil if it is possible.
  package var problem: String? {
    let sizes = [
      ("vocab_size", vocabularySize), ("hidden_size", hiddenSize), ("num_hidden_layers", layers),
      ("num_attention_heads", heads), ("num_key_value_heads", keyValueHeads),
      ("head_dim", headSize),
      ("intermediate_size", intermediateSize), ("max_position_embeddings", context),
    ]
    for (name, size) in sizes where size < 1 || size > 1 << 30 { return "\(name) is \(size)" }
    if layers > Self.mostLayers { return "num_hidden_layers is \(layers)" }
    if heads % keyValueHeads != 0 {
      return "\(heads) attention heads cannot share \(keyValueHeads) key-value heads"
    }
    if headSize % 2 != 0 { return "rotary embeddings need an even head size, not \(headSize)" }
    if !(normEpsilon > 0) || !(ropeTheta > 0) {
      return "rms_norm_eps or rope_theta is not positive"
    }
    return nil
  }
}

extension ModelConfig {
  /// Reads a `config.json`.
  ///
  /// - Throws: `FileError` if it cannot be read, or has a part that is not supported, which is
  ///   named.
  package init(file path: String) throws(FileError) {
    let json = try JSON.decode(Strict<HuggingFaceConfig>.self, file: path).part
    func refuse(_ what: String) -> FileError {
      .content(path: path, problem: "\(what) is not supported here; ENGINE=torch scores it")
    }
    if let type = json.model_type, type != "llama" { throw refuse("model_type \(type)") }
    if let act = json.hidden_act, act != "silu" { throw refuse("hidden_act \(act)") }
    if json.attention_bias == true { throw refuse("attention_bias") }
    if json.mlp_bias == true { throw refuse("mlp_bias") }
    if json.quantization_config != nil { throw refuse("quantization_config") }
    if let share = json.rope_parameters?.partial_rotary_factor ?? json.partial_rotary_factor,
      share != 1
    {
      throw refuse("partial_rotary_factor \(share)")
    }
    let scaling = json.rope_scaling?.kind ?? json.rope_parameters?.kind ?? "default"
    if scaling != "default" { throw refuse("rope_scaling \(scaling)") }
    if let base = json.rope_theta, let other = json.rope_parameters?.rope_theta, base != other {
      throw .content(
        path: path, problem: "rope_theta is \(base), and \(other) in rope_parameters; which one?")
    }
    guard json.num_attention_heads > 0 else {
      throw .content(path: path, problem: "num_attention_heads is \(json.num_attention_heads)")
    }
    self.init(
      vocabularySize: json.vocab_size, hiddenSize: json.hidden_size, layers: json.num_hidden_layers,
      heads: json.num_attention_heads,
      keyValueHeads: json.num_key_value_heads ?? json.num_attention_heads,
      headSize: json.head_dim, intermediateSize: json.intermediate_size,
      context: json.max_position_embeddings,
      normEpsilon: json.rms_norm_eps ?? 1e-6,
      ropeTheta: json.rope_theta ?? json.rope_parameters?.rope_theta ?? 10_000,
      tiesEmbeddings: json.tie_word_embeddings ?? false, endOfText: json.eos_token_id?.first)
    if let problem { throw .content(path: path, problem: problem) }
  }

  /// The bytes of `config.json`.
  package var json: [UInt8] {
    JSON.encode(
      HuggingFaceConfig(
        architectures: ["LlamaForCausalLM"], model_type: "llama", hidden_act: "silu",
        attention_bias: false, mlp_bias: false, vocab_size: vocabularySize, hidden_size: hiddenSize,
        num_hidden_layers: layers, num_attention_heads: heads, num_key_value_heads: keyValueHeads,
        head_dim: headSize, intermediate_size: intermediateSize, max_position_embeddings: context,
        rms_norm_eps: normEpsilon, rope_theta: ropeTheta, tie_word_embeddings: tiesEmbeddings,
        bos_token_id: endOfText.map { .init(first: $0) },
        eos_token_id: endOfText.map { .init(first: $0) }, torch_dtype: "float32")) + [10]
  }
}

/// The fields of transformers' `LlamaConfig` that matter here, under its names.
private struct HuggingFaceConfig: Codable, KnownSettings {
  func knows(_ setting: String) -> Bool {
    CodingKeys(stringValue: setting) != nil || Self.harmless.contains(setting)
  }

  /// What a model's folder may say and this reader passes over: where the file comes from, how a
  /// model is trained further, how a text is written, and how memory is used.
  private static let harmless: Set<String> = [
    "_name_or_path", "transformers_version", "dtype", "architectures", "auto_map", "use_cache",
    "initializer_range", "pretraining_tp", "attention_dropout", "hidden_dropout", "embd_pdrop",
    "resid_pdrop", "pad_token_id", "unk_token_id", "sep_token_id", "decoder_start_token_id",
    "is_llama_config", "use_bfloat16", "return_dict", "return_dict_in_generate",
    "output_attentions", "output_hidden_states", "output_scores", "torchscript", "tf_legacy_loss",
    "chunk_size_feed_forward", "id2label", "label2id", "problem_type", "finetuning_task",
    "task_specific_params", "temperature", "top_k", "top_p", "typical_p", "num_beams",
    "num_beam_groups", "num_return_sequences", "max_length", "min_length", "do_sample",
    "early_stopping", "length_penalty", "repetition_penalty", "diversity_penalty",
    "no_repeat_ngram_size", "encoder_no_repeat_ngram_size", "bad_words_ids",
    "begin_suppress_tokens",
    "suppress_tokens", "exponential_decay_length_penalty", "forced_bos_token_id",
    "forced_eos_token_id", "remove_invalid_values", "prefix", "tokenizer_class",
    "max_window_layers", "pruned_heads", "attn_implementation", "_attn_implementation",
    "_attn_implementation_autoset", "unsloth_version", "unsloth_fixed",
  ]

  struct Rotary: Codable {
    var rope_type: String?
    var type: String?
    var rope_theta: Double?
    var partial_rotary_factor: Double?
    var kind: String { rope_type ?? type ?? "default" }
  }
  var architectures: [String]?
  var model_type: String?
  var hidden_act: String?
  var attention_bias: Bool?
  var mlp_bias: Bool?
  var vocab_size: Int
  var hidden_size: Int
  var num_hidden_layers: Int
  var num_attention_heads: Int
  var num_key_value_heads: Int?
  var head_dim: Int?
  var intermediate_size: Int
  var max_position_embeddings: Int
  var rms_norm_eps: Float?
  var rope_theta: Double?
  struct Quantization: Codable {}
  var quantization_config: Quantization?
  var partial_rotary_factor: Double?
  var rope_scaling: Rotary?
  var rope_parameters: Rotary?
  var tie_word_embeddings: Bool?
  var bos_token_id: TokenIDs?
  var eos_token_id: TokenIDs?
  var torch_dtype: String?
}

/// The id of a token: one id, or the first of several that do the same.
private struct TokenIDs: Codable {
  var first: Int32?

  init(first: Int32) { self.first = first }

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    first = try (try? value.decode(Int32.self)) ?? value.decode([Int32].self).first
  }

  func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    try value.encode(first)
  }
}
