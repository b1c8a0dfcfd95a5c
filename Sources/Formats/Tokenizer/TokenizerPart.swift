// The names are those of the JSON keys.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import Storage

/// A normalizer, pre-tokenizer or decoder of a `tokenizer.json`.
///
/// Its `type` says which of the other fields it has.
struct TokenizerPart: KnownSettings {
  let type: String
  let normalizers: [Strict<TokenizerPart>]?
  let pretokenizers: [Strict<TokenizerPart>]?
  let decoders: [Strict<TokenizerPart>]?
  let pattern: [String: String]?
  let behavior: String?
  let invert: Bool?
  let individual_digits: Bool?
  let add_prefix_space: Bool?
  let use_regex: Bool?

  /// Another part than those here is refused by its type.
  func knows(_ setting: String) -> Bool {
    let settings: [String: [String]] = [
      "Sequence": ["normalizers", "pretokenizers", "decoders"],
      "ByteLevel": ["add_prefix_space", "trim_offsets", "use_regex"],
      "Digits": ["individual_digits"], "Punctuation": ["behavior"], "Whitespace": [],
      "WhitespaceSplit": [], "Split": ["pattern", "behavior", "invert"],
      "NFC": [], "NFD": [], "NFKC": [], "NFKD": [],
    ]
    return settings[type].map { $0.contains(setting) || setting == "type" } ?? true
  }

  /// The normalization forms of a normalizer.
  ///
  /// - Throws: `Unsupported` if it does anything else.
  func normalization() throws(Unsupported) -> [TokenizerFile.Normalization] {
    if type == "Sequence" {
      var forms: [TokenizerFile.Normalization] = []
      for part in normalizers ?? [] { forms += try part.part.normalization() }
      return forms
    }
    guard let form = TokenizerFile.Normalization(rawValue: type) else {
      throw Unsupported("normalizer", type)
    }
    return [form]
  }

  /// The steps of a pre-tokenizer.
  ///
  /// - Throws: `Unsupported` if it has another one.
  func preTokenization() throws(Unsupported) -> [TokenizerFile.PreTokenization] {
    switch type {
    case "Sequence":
      var steps: [TokenizerFile.PreTokenization] = []
      for part in pretokenizers ?? [] { steps += try part.part.preTokenization() }
      return steps
    case "ByteLevel":
      return [.byteLevel(addsPrefixSpace: add_prefix_space ?? true, usesPattern: use_regex ?? true)]
    case "Digits":
      return [
        .characters(
          .digits, inRuns: !(individual_digits ?? false), behavior: .isolated, isInverted: false)
      ]
    case "Punctuation":
      let behavior = try splitBehavior(default: .isolated)
      return [.characters(.punctuation, inRuns: false, behavior: behavior, isInverted: false)]
    case "Whitespace":
      return [.characters(.words, inRuns: true, behavior: .removed, isInverted: true)]
    case "WhitespaceSplit":
      return [.characters(.whiteSpace, inRuns: false, behavior: .removed, isInverted: false)]
    case "Split":
      return [
        .split(
          pattern: try splitPattern(), behavior: try splitBehavior(default: nil),
          isInverted: invert ?? false)
      ]
    default: throw Unsupported("pre_tokenizer", type)
    }
  }

  private func splitBehavior(
    default usual: TokenizerFile.SplitBehavior?
  ) throws(Unsupported) -> TokenizerFile.SplitBehavior {
    if behavior == nil, let usual { return usual }
    guard let known = TokenizerFile.SplitBehavior(rawValue: behavior ?? "") else {
      throw Unsupported("pre_tokenizer", "\(type) with behavior \(behavior ?? "none")")
    }
    return known
  }

  private func splitPattern() throws(Unsupported) -> String {
    if let expression = pattern?["Regex"] { return expression }
    guard let literal = pattern?["String"], !literal.isEmpty else {
      throw Unsupported("pre_tokenizer", "Split without a pattern")
    }
    let signs = Set(#"\^$.|?*+()[]{}#-&"#)
    return literal.map { signs.contains($0) ? "\\\($0)" : String($0) }.joined()
  }

  /// Checks that a decoder is that of a byte-level BPE.
  ///
  /// - Throws: `Unsupported` if it is not.
  func checkDecoder() throws(Unsupported) {
    if type == "Sequence", let decoders, decoders.count == 1 {
      return try decoders[0].part.checkDecoder()
    }
    guard type == "ByteLevel" else { throw Unsupported("decoder", type) }
  }
}
