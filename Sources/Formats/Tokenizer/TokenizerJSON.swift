// The names are those of the JSON keys.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import Storage

/// The fields of a `tokenizer.json`, under Hugging Face's names.
///
/// What shapes a model's input and not the ids of a text is passed over: `truncation`, `padding`
/// and `post_processor`.
struct TokenizerJSON: KnownSettings {
  let version: String?
  let added_tokens: [Strict<Added>]?
  let normalizer: Strict<TokenizerPart>?
  let pre_tokenizer: Strict<TokenizerPart>?
  let decoder: Strict<TokenizerPart>?
  let model: Strict<Model>

  func knows(_ setting: String) -> Bool {
    [
      "version", "added_tokens", "normalizer", "pre_tokenizer", "decoder", "model", "truncation",
      "padding", "post_processor",
    ].contains(setting)
  }

  struct Model: KnownSettings {
    let type: String?
    let dropout: Double?
    let continuing_subword_prefix: String?
    let end_of_word_suffix: String?
    let byte_fallback: Bool?
    let ignore_merges: Bool?
    let unk_token: String?
    let fuse_unk: Bool?
    let vocab: [String: Int32]
    let merges: [Merge]

    private enum CodingKeys: String, CodingKey, CaseIterable {
      case type, dropout, continuing_subword_prefix, end_of_word_suffix, byte_fallback,
        ignore_merges, unk_token, fuse_unk, vocab, merges
    }

    /// Another model than a BPE is refused by its type.
    func knows(_ setting: String) -> Bool {
      type ?? "BPE" != "BPE" || CodingKeys.allCases.contains { $0.rawValue == setting }
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
      unk_token = try fields.decodeIfPresent(String.self, forKey: .unk_token)
      fuse_unk = try fields.decodeIfPresent(Bool.self, forKey: .fuse_unk)
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
      if let unk_token { try refuse("unk_token without an id", if: vocab[unk_token] == nil) }
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

  struct Added: KnownSettings {
    let id: Int32
    let content: String
    let single_word: Bool?
    let lstrip: Bool?
    let rstrip: Bool?
    let normalized: Bool?
    let special: Bool?

    func knows(_ setting: String) -> Bool {
      ["id", "content", "single_word", "lstrip", "rstrip", "normalized", "special"]
        .contains(setting)
    }

    /// The tokens with the ids that Hugging Face tokenizers 0.23 gives them, whatever the file
    /// says: the vocabulary's, or else the next after as many as the vocabulary has tokens.
    static func tokens(
      _ added: [Added], in vocabulary: [String: Int32]
    ) -> [TokenizerFile.AddedToken] {
      var further: [String: Int32] = [:]
      return added.filter { !$0.content.isEmpty }.map { token in
        let next = Int32(clamping: vocabulary.count + further.count)
        let id = vocabulary[token.content] ?? further[token.content] ?? next
        if vocabulary[token.content] == nil { further[token.content] = id }
        return token.token(id: id)
      }
    }

    private func token(id: Int32) -> TokenizerFile.AddedToken {
      let isSpecial = special ?? false
      return .init(
        content: content, id: id, isNormalized: normalized ?? !isSpecial,
        isSpecial: isSpecial,
        isSingleWord: single_word ?? false, takesSpaceBefore: lstrip ?? false,
        takesSpaceAfter: rstrip ?? false)
    }
  }
}
