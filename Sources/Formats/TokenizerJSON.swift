// The names are those of the JSON keys.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

/// `tokenizer.json` as it is spelled; the names are Hugging Face's.
struct TokenizerJSON: Decodable {
  let added_tokens: [Added]?
  let normalizer: Part?
  let pre_tokenizer: Part?
  let decoder: Part?
  let model: Model

  struct Model: Decodable {
    let type: String?
    let dropout: Double?
    let unk_token: String?
    let continuing_subword_prefix: String?
    let end_of_word_suffix: String?
    let byte_fallback: Bool?
    let ignore_merges: Bool?
    let vocab: [String: Int32]
    let merges: [Merge]

    private enum CodingKeys: CodingKey {
      case type, dropout, unk_token, continuing_subword_prefix, end_of_word_suffix, byte_fallback,
        ignore_merges, vocab, merges
    }

    /// Says which model it is before its vocabulary fails to be that of a BPE.
    init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: CodingKeys.self)
      type = try fields.decodeIfPresent(String.self, forKey: .type)
      dropout = try fields.decodeIfPresent(Double.self, forKey: .dropout)
      unk_token = try fields.decodeIfPresent(String.self, forKey: .unk_token)
      continuing_subword_prefix = try fields.decodeIfPresent(
        String.self, forKey: .continuing_subword_prefix)
      end_of_word_suffix = try fields.decodeIfPresent(String.self, forKey: .end_of_word_suffix)
      byte_fallback = try fields.decodeIfPresent(Bool.self, forKey: .byte_fallback)
      ignore_merges = try fields.decodeIfPresent(Bool.self, forKey: .ignore_merges)
      let isBPE = type ?? "BPE" == "BPE"
      vocab = isBPE ? try fields.decode([String: Int32].self, forKey: .vocab) : [:]
      merges = isBPE ? try fields.decode([Merge].self, forKey: .merges) : []
    }

    func check() throws(Unsupported) {
      func refuse(_ name: String, if condition: Bool) throws(Unsupported) {
        if condition { throw Unsupported("model", name) }
      }
      try refuse(type ?? "", if: type ?? "BPE" != "BPE")
      try refuse("dropout", if: dropout ?? 0 != 0)
      try refuse("unk_token", if: unk_token != nil)
      try refuse("byte_fallback", if: byte_fallback ?? false)
      try refuse("continuing_subword_prefix", if: !(continuing_subword_prefix ?? "").isEmpty)
      try refuse("end_of_word_suffix", if: !(end_of_word_suffix ?? "").isEmpty)
    }
  }

  /// `"left right"`, or since tokenizers 0.20 `["left", "right"]`.
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

    func checked() throws(Unsupported) -> TokenizerFile.AddedToken {
      for (name, isSet) in [("single_word", single_word), ("lstrip", lstrip), ("rstrip", rstrip)]
      where isSet ?? false {
        throw Unsupported("added_tokens", "\(content) with \(name)")
      }
      let isSpecial = special ?? false
      return .init(
        content: content, id: id, isNormalized: normalized ?? !isSpecial, isSpecial: isSpecial)
    }
  }

  /// A normalizer, pre-tokenizer or decoder: `type` says which of the other fields it has.
  struct Part: Decodable {
    let type: String
    let normalizers: [Part]?
    let pretokenizers: [Part]?
    let decoders: [Part]?
    let pattern: [String: String]?
    let behavior: String?
    let invert: Bool?
    let individual_digits: Bool?
    let add_prefix_space: Bool?
    let use_regex: Bool?

    func normalization() throws(Unsupported) -> TokenizerFile.Normalization? {
      switch type {
      case "NFC": return .nfc
      case "NFKC": return .nfkc
      case "Sequence" where normalizers?.count ?? 0 <= 1:
        guard let only = normalizers?.first else { return nil }
        return try only.normalization()
      default: throw Unsupported("normalizer", type)
      }
    }

    func preTokenization() throws(Unsupported) -> [TokenizerFile.PreTokenization] {
      switch type {
      case "Sequence":
        var steps: [TokenizerFile.PreTokenization] = []
        for part in pretokenizers ?? [] { steps += try part.preTokenization() }
        return steps
      case "ByteLevel":
        return [
          .byteLevel(addsPrefixSpace: add_prefix_space ?? true, usesPattern: use_regex ?? true)
        ]
      case "Digits":
        return [.split(pattern: individual_digits ?? false ? #"\p{N}"# : #"\p{N}+"#)]
      case "Split": return [.split(pattern: try splitPattern())]
      default: throw Unsupported("pre_tokenizer", type)
      }
    }

    private func splitPattern() throws(Unsupported) -> String {
      guard behavior == "Isolated", !(invert ?? false) else {
        throw Unsupported(
          "pre_tokenizer",
          "Split with behavior \(behavior ?? "none")\(invert ?? false ? ", inverted" : "")")
      }
      if let expression = pattern?["Regex"] { return expression }
      guard let literal = pattern?["String"], !literal.isEmpty else {
        throw Unsupported("pre_tokenizer", "Split without a pattern")
      }
      let signs = Set(#"\^$.|?*+()[]{}#-"#)
      return literal.map { signs.contains($0) ? "\\\($0)" : String($0) }.joined()
    }

    func checkDecoder() throws(Unsupported) {
      if type == "Sequence", let decoders, decoders.count == 1 {
        return try decoders[0].checkDecoder()
      }
      guard type == "ByteLevel" else { throw Unsupported("decoder", type) }
    }
  }
}
