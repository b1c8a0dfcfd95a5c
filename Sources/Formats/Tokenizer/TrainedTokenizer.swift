/// A byte-level BPE as a `tokenizer.json`, which Hugging Face tokenizers and transformers load.
package enum TrainedTokenizer {
  /// The bytes of the file.
  ///
  /// - Parameters:
  ///   - vocabulary: The spellings by id, in the byte alphabet; the first are the special tokens.
  ///   - merges: The pairs of ids, in order of rank.
  package static func encode(
    vocabulary: [String], merges: [(left: Int32, right: Int32)], specialTokens: [String]
  ) -> [UInt8] {
    let byteLevel =
      #"{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}"#
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
        "normalizer": null,
        "pre_tokenizer": \(byteLevel),
        "post_processor": null,
        "decoder": \(byteLevel),
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
