import Foundation
package import Storage

/// The pattern and the special tokens of a rank file of tiktoken, which does not say them itself.
package struct RankStyle: Sendable {
  /// The number of ranks by which a published file is recognised.
  let ranks: Int
  let names: String
  let pattern: String
  let specialTokens: [(content: String, id: Int32)]

  package init(
    ranks: Int, names: String, pattern: String, specialTokens: [(content: String, id: Int32)]
  ) {
    (self.ranks, self.names) = (ranks, names)
    (self.pattern, self.specialTokens) = (pattern, specialTokens)
  }

  /// The styles of well-known files.
  ///
  /// Source: github.com/openai/tiktoken, tiktoken_ext/openai_public.py;
  /// github.com/meta-llama/llama3, llama/tokenizer.py;
  /// huggingface.co/Qwen/Qwen-7B, tokenization_qwen.py.
  static let published = [
    RankStyle(
      ranks: 50256, names: "gpt2 and r50k_base", pattern: WordPattern.gpt2,
      specialTokens: [("<|endoftext|>", 50256)]),
    RankStyle(
      ranks: 50280, names: "p50k_base", pattern: WordPattern.gpt2,
      specialTokens: [("<|endoftext|>", 50256)]),
    RankStyle(
      ranks: 100256, names: "cl100k_base", pattern: WordPattern.cl100k,
      specialTokens: [
        ("<|endoftext|>", 100257), ("<|fim_prefix|>", 100258), ("<|fim_middle|>", 100259),
        ("<|fim_suffix|>", 100260), ("<|endofprompt|>", 100276),
      ]),
    RankStyle(
      ranks: 199998, names: "o200k_base", pattern: WordPattern.o200k,
      specialTokens: [("<|endoftext|>", 199999), ("<|endofprompt|>", 200018)]),
    RankStyle(
      ranks: 128000, names: "Llama 3", pattern: WordPattern.cl100k, specialTokens: llama3Tokens),
    RankStyle(
      ranks: 151643, names: "Qwen", pattern: WordPattern.qwen,
      specialTokens: [
        ("<|endoftext|>", 151643), ("<|im_start|>", 151644), ("<|im_end|>", 151645),
      ]),
  ]

  private static let llama3Tokens: [(content: String, id: Int32)] = {
    func reserved(_ numbers: Range<Int>) -> [String] {
      numbers.map { "<|reserved_special_token_\($0)|>" }
    }
    let tokens =
      ["<|begin_of_text|>", "<|end_of_text|>"] + reserved(0..<4)
      + ["<|start_header_id|>", "<|end_header_id|>"] + reserved(4..<5) + ["<|eot_id|>"]
      + reserved(5..<251)
    return tokens.enumerated().map { ($1, 128000 + Int32($0)) }
  }()
}

extension TokenizerFile {
  /// Reads lines of a token's bytes in base64, a space, and its rank, which is also its id.
  ///
  /// Every way to make a token of two others is a merge of that token's rank, and a word that is a
  /// token is not merged: that is how tiktoken encodes.
  ///
  /// - Parameter style: The style, or nil for that of the published file with as many ranks.
  /// - Throws: `FileError.content` if a line is malformed, or the style is not known.
  package init(ranks bytes: [UInt8], path: String, style: RankStyle? = nil) throws(FileError) {
    let ranks = try Self.ranks(bytes, path: path)
    guard let style = style ?? RankStyle.published.first(where: { $0.ranks == ranks.count }) else {
      let known = RankStyle.published.map { "\($0.names) \($0.ranks)" }.joined(separator: ", ")
      throw .content(
        path: path,
        problem:
          "has \(ranks.count) ranks, so its pattern is not known (\(known)); "
          + "convert it to a tokenizer.json")
    }
    var merges: [Merge] = []
    for (token, rank) in ranks.sorted(by: { $0.value < $1.value }) {
      for middle in 1..<max(1, token.count) {
        let (left, right) = (token[..<middle], token[middle...])
        guard ranks[left] != nil, ranks[right] != nil else { continue }
        merges.append(
          Merge(
            left: ByteAlphabet.spelling(left), right: ByteAlphabet.spelling(right), rank: rank))
      }
    }
    let vocabulary = Dictionary(
      ranks.map { (ByteAlphabet.spelling($0), $1) }, uniquingKeysWith: min)
    self.init(
      path: path, sha256: Storage.sha256(bytes), vocabulary: vocabulary, merges: merges,
      pattern: style.pattern,
      addedTokens: style.specialTokens.map {
        AddedToken(content: $0.content, id: $0.id, isNormalized: false, isSpecial: true)
      })
  }

  private static func ranks(
    _ bytes: [UInt8], path: String
  ) throws(FileError) -> [ArraySlice<UInt8>: Int32] {
    var ranks: [ArraySlice<UInt8>: Int32] = [:]
    for (index, line) in bytes.split(separator: UInt8(ascii: "\n")).enumerated() {
      let fields = line.split(whereSeparator: { $0 <= UInt8(ascii: " ") })
      guard fields.count == 2, let token = Data(base64Encoded: Data(fields[0])), !token.isEmpty,
        let rank = Int32(String(decoding: fields[1], as: UTF8.self)), rank >= 0
      else {
        throw .content(
          path: path, place: "line \(index + 1)",
          problem: "is neither of a tokenizer.json nor base64 and a rank, as in files of tiktoken")
      }
      ranks[Array(token)[...]] = rank
    }
    return ranks
  }
}
