// The names are those of the JSON keys.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

/// The fields of a `tokenizer.json`, under Hugging Face's names.
struct TokenizerJSON: Decodable {
  let added_tokens: [Added]?
  let normalizer: TokenizerPart?
  let pre_tokenizer: TokenizerPart?
  let decoder: TokenizerPart?
  let model: Model

  struct Model: Decodable {
    let type: String?
    let dropout: Double?
    let continuing_subword_prefix: String?
    let end_of_word_suffix: String?
    let byte_fallback: Bool?
    let ignore_merges: Bool?
    let vocab: [String: Int32]
    let merges: [Merge]

    private enum CodingKeys: CodingKey {
      case type, dropout, continuing_subword_prefix, end_of_word_suffix, byte_fallback,
        ignore_merges, vocab, merges
    }

    /// Decodes the vocabulary of a BPE only, so that another model is refused by its type.
    init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: CodingKeys.self)
      type = try fields.decodeIfPresent(String.self, forKey: .type)
      dropout = try fields.decodeIfPresent(Double.self, forKey: .dropout)
      continuing_subword_prefix = try fields.decodeIfPresent(
        String.self, forKey: .continuing_subword_prefix)
      end_of_word_suffix = try fields.decodeIfPresent(String.self, forKey: .end_of_word_suffix)
      byte_fallback = try fields.decodeIfPresent(Bool.self, forKey: .byte_fallback)
      ignore_merges = try fields.decodeIfPresent(Bool.self, forKey: .ignore_merges)
      let isBPE = type ?? "BPE" == "BPE"
      vocab = isBPE ? try fields.decode([String: Int32].self, forKey: .vocab) : [:]
      merges = isBPE ? try fields.decode([Merge].self, forKey: .merges) : []
    }

    /// Checks that the model is a byte-level BPE.
    ///
    /// - Throws: `Unsupported` with the first part that is not of one.
    func check() throws(Unsupported) {
      func refuse(_ name: String, if condition: Bool) throws(Unsupported) {
        if condition { throw Unsupported("model", name) }
      }
      try refuse(type ?? "", if: type ?? "BPE" != "BPE")
      try refuse("dropout", if: dropout ?? 0 != 0)
      try refuse("byte_fallback", if: byte_fallback ?? false)
      try refuse("continuing_subword_prefix", if: !(continuing_subword_prefix ?? "").isEmpty)
      try refuse("end_of_word_suffix", if: !(end_of_word_suffix ?? "").isEmpty)
    }
  }

  /// A merge, written as `"left right"`, or since tokenizers 0.20 as `["left", "right"]`.
  struct Merge: Decodable {
    let left: String
    let right: String

    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      let parts =
        if let line = try? value.decode(String.self) {
          line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        } else {
          try value.decode([String].self)
        }
      guard parts.count == 2 else {
        throw DecodingError.dataCorruptedError(in: value, debugDescription: "a merge has two parts")
      }
      (left, right) = (parts[0], parts[1])
    }
  }

  struct Added: Decodable {
    let id: Int32
    let content: String
    let single_word: Bool?
    let lstrip: Bool?
    let rstrip: Bool?
    let normalized: Bool?
    let special: Bool?

    /// The token, whose id is the vocabulary's if that has it, as Hugging Face tokenizers takes it.
    func token(in vocabulary: [String: Int32]) -> TokenizerFile.AddedToken {
      let isSpecial = special ?? false
      return .init(
        content: content, id: vocabulary[content] ?? id, isNormalized: normalized ?? !isSpecial,
        isSpecial: isSpecial,
        isSingleWord: single_word ?? false, takesSpaceBefore: lstrip ?? false,
        takesSpaceAfter: rstrip ?? false)
    }
  }
}
