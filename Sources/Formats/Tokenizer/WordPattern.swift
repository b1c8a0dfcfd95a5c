/// The regular expressions by which well-known tokenizers cut text into words.
package enum WordPattern {
  /// The pattern of GPT-2. Source: github.com/openai/gpt-2, src/encoder.py.
  package static let gpt2 =
    #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#

  /// GPT-2's pattern with marks counted as letters.
  ///
  /// Vowel signs of Indic scripts, Khmer and Thai, and the accents of decomposed text, are marks:
  /// GPT-2 cuts a word at each.
  package static let marks =
    #"'s|'t|'re|'ve|'m|'ll|'d| ?[\p{L}\p{M}]+| ?\p{N}+| ?[^\s\p{L}\p{M}\p{N}]+|\s+(?!\S)|\s+"#

  /// The pattern of GPT-4, which Llama 3 took over.
  ///
  /// Source: github.com/openai/tiktoken, tiktoken_ext/openai_public.py.
  package static let cl100k = afterGPT2(digits: #"\p{N}{1,3}"#)

  /// The pattern of Qwen. Source: huggingface.co/Qwen/Qwen-7B, tokenization_qwen.py.
  package static let qwen = afterGPT2(digits: #"\p{N}"#)

  /// The pattern of GPT-4o. Source: that of `cl100k`.
  package static let o200k = [
    #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"# + contraction,
    #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"# + contraction,
    #"\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#,
  ].joined(separator: "|")

  private static let contraction = "(?i:'s|'t|'re|'ve|'m|'ll|'d)?"

  private static func afterGPT2(digits: String) -> String {
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"# + digits
      + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
  }
}
