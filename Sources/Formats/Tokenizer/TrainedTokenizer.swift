/// A byte-level BPE as a `tokenizer.json`, which Hugging Face tokenizers and transformers load.
package enum TrainedTokenizer {
  /// What a text goes through before merges.
  package struct Words: Sendable {
    /// Whether words are cut by `WordPattern.marks`, not by `WordPattern.gpt2`.
    package var marksAreLetters: Bool
    /// Whether text is brought into Unicode's form NFC.
    package var isNormalized: Bool

    package init(marksAreLetters: Bool = false, isNormalized: Bool = false) {
      (self.marksAreLetters, self.isNormalized) = (marksAreLetters, isNormalized)
    }
  }

  /// The bytes of the file.
  ///
  /// - Parameters:
  ///   - vocabulary: The spellings by id, in the byte alphabet; the first are the special tokens.
  ///   - merges: The pairs of ids, in order of rank.
  package static func encode(
    vocabulary: [String], merges: [(left: Int32, right: Int32)], specialTokens: [String],
    words: Words = .init()
  ) -> [UInt8] {
    func byteLevel(usesPattern: Bool) -> String {
      #"{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":"#
        + "\(usesPattern)}"
    }
    let preTokenizer =
      words.marksAreLetters
      ? #"{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"#
        + quoted(WordPattern.marks) + #"},"behavior":"Isolated","invert":false},"#
        + byteLevel(usesPattern: false) + "]}" : byteLevel(usesPattern: true)
    let added = specialTokens.enumerated().map { id, content in
      #"    {"id":\#(id),"content":\#(quoted(content)),"single_word":false,"lstrip":false,"#
        + #""rstrip":false,"normalized":false,"special":true}"#
    }
    let tokens = vocabulary.enumerated().map { id, spelling in "      \(quoted(spelling)): \(id)" }
    let pairs = merges.map { left, right in
      "      \(quoted("\(vocabulary[Int(left)]) \(vocabulary[Int(right)])"))"
    }
    let text = """
      {
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "added_tokens": [
      \(added.joined(separator: ",\n"))
        ],
        "normalizer": \(words.isNormalized ? #"{"type":"NFC"}"# : "null"),
        "pre_tokenizer": \(preTokenizer),
        "post_processor": null,
        "decoder": \(byteLevel(usesPattern: true)),
        "model": {
          "type": "BPE",
          "dropout": null,
          "unk_token": null,
          "continuing_subword_prefix": null,
          "end_of_word_suffix": null,
          "fuse_unk": false,
          "byte_fallback": false,
          "ignore_merges": false,
          "vocab": {
      \(tokens.joined(separator: ",\n"))
          },
          "merges": [
      \(pairs.joined(separator: ",\n"))
          ]
        }
      }

      """
    return Array(text.utf8)
  }

  /// The text as a JSON string; it has no control characters, as the byte alphabet has none.
  private static func quoted(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}
