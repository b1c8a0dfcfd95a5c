import Formats
import Storage
import TestSupport
import Testing
@testable import Tokenization

@Suite struct Refusals {
  /// The message for a file with these parts in place of usual ones.
  private func message(_ parts: String, model: String = #""type":"BPE","vocab":{},"merges":[]"#)
    -> String?
  {
    let text = #"{"pre_tokenizer":{"type":"ByteLevel"},"model":{\#(model)}}"#
    let whole = parts.isEmpty ? text : #"{\#(parts),"model":{\#(model)}}"#
    do {
      _ = try Tokenizer(try TokenizerFile(bytes: Array(whole.utf8), path: "t.json"))
      return nil
    } catch { return (error as? any ReportableError)?.message }
  }

  private let end = "is not supported; only byte-level BPE tokenizers are"

  @Test func `an added token has the vocabulary's id, and none that is another's`() throws {
    func file(_ content: String) throws -> TokenizerFile {
      let json = """
        {"pre_tokenizer":{"type":"ByteLevel"},"added_tokens":[{"id":1,"content":"\(content)"}],
        "model":{"type":"BPE","vocab":{"<end>":0,"!":1},"merges":[]}}
        """
      return try TokenizerFile(bytes: Array(json.utf8), path: "t.json")
    }
    #expect(try file("<end>").addedTokens.map(\.id) == [0])
    let error = #expect(throws: FileError.self) { try file("<other>") }
    #expect(
      error?.message
        == "t.json: added_tokens: <other> has the id 1, which the vocabulary gives to !")
  }

  @Test func `parts that are not byte-level BPE are refused by name`() {
    #expect(
      message("", model: #""type":"Unigram","vocab":[["a",0.5]]"#)
        == "t.json: model: Unigram \(end)")
    #expect(
      message("", model: #""type":"WordPiece","vocab":{}"#) == "t.json: model: WordPiece \(end)")
    #expect(
      message("", model: #""byte_fallback":true,"vocab":{},"merges":[]"#)
        == "t.json: model: byte_fallback \(end)")
    #expect(
      message(#""pre_tokenizer":{"type":"Metaspace"}"#) == "t.json: pre_tokenizer: Metaspace \(end)"
    )
    #expect(
      message(#""pre_tokenizer":null"#) == "t.json: pre_tokenizer: no ByteLevel \(end)")
    #expect(
      message(#""normalizer":{"type":"Lowercase"},"pre_tokenizer":{"type":"ByteLevel"}"#)
        == "t.json: normalizer: Lowercase \(end)")
    #expect(
      message(
        #""pre_tokenizer":{"type":"Split","pattern":{"Regex":"a"},"behavior":"Doubled"}"#)
        == "t.json: pre_tokenizer: Split with behavior Doubled \(end)")
  }

  @Test(arguments: [
    ("[a[^b]]", "a negated class inside a class"), (#"[\w&&[a]]"#, "an intersection of classes"),
    (#"[^\W]"#, "\\W inside a class"), (#"\X"#, "\\X"), (#"(a)\1"#, "\\1"), (#"a\K"#, "\\K"),
    ("a{1,2}+", "+ behind a bound"), ("a{2}?", "? behind a fixed number"), ("(?x)a", "(?x"),
    ("a(?i)b", "(?i"), (#"\pL"#, "\\p"), ("(?~a)", "(?~"), (#"\xe9"#, "\\x"),
    ("[[:foo:]]", "[:foo:]"), (#"[[:^word:]]"#, "inside a class,"),
  ])
  func `patterns that PCRE2 would read otherwise are refused`(pattern: String, reason: String) {
    #expect {
      try Pattern(pattern)
    } throws: { error in
      let message = (error as? TokenizationError)?.message ?? ""
      return message.hasSuffix("is not supported") && message.contains(reason)
    }
  }

  @Test func `rank files of no known style, or of no style at all, say so`() {
    func message(_ text: String) -> String? {
      do {
        _ = try TokenizerFile(ranks: Array(text.utf8), path: "t.tiktoken")
        return nil
      } catch { return error.message }
    }
    #expect(
      message("IQ== 0\n")?.hasPrefix("t.tiktoken: has 1 ranks, so its pattern is not known (")
        == true)
    #expect(message("IQ== 0\nnonsense\n")?.hasPrefix("t.tiktoken: line 2: is neither ") == true)
  }

  @Test(arguments: [
    (#""pre_tokenizer":{"type":"ByteLevel","fast":true}"#, "pre_tokenizer.fast"),
    (#""pre_tokenizer":{"type":"Digits","behavior":"Removed"}"#, "pre_tokenizer.behavior"),
    (#""normalizer":{"type":"NFC","form":"x"}"#, "normalizer.form"),
    (#""added_tokens":[{"id":0,"content":"a","regex":true}]"#, "added_tokens.[0].regex"),
    (#""dropouts":1"#, "dropouts"),
  ])
  func `a setting that is not known is refused by name`(parts: String, field: String) {
    let unknown = "is not known here and may change the result; leave it out if it does not"
    #expect(message(parts) == #"t.json: field "\#(field)": \#(unknown)"#)
    #expect(
      message("", model: #""type":"BPE","vocab":{},"merges":[],"skip":2"#)
        == #"t.json: field "model.skip": \#(unknown)"#)
  }

  @Test func `a setting that is off is passed over`() {
    let model = #""vocab":{},"merges":[],"new":false,"other":null"#
    #expect(message("", model: model)?.contains("is not known") == false)
    #expect(
      message("", model: #""unk_token":"<unk>","vocab":{},"merges":[]"#)
        == "t.json: model: unk_token without an id \(end)")
    #expect(
      message(#""version":"2.0","pre_tokenizer":{"type":"ByteLevel"}"#)
        == "t.json: version: 2.0 \(end)")
  }

  @Test func `a tokenizer file in another form is named, and a byte-order mark passed over`() throws
  {
    let folder = try TemporaryFolder()
    let json = #"{"pre_tokenizer":{"type":"ByteLevel"},"model":{"vocab":{},"merges":[]}}"#
    for (bytes, problem) in [
      ([0x1F, 0x8B, 8, 0], "is compressed with gzip; decompress it"),
      ([0xFF, 0xFE, 0x7B, 0], "is UTF-16; make UTF-8 of it with iconv -f UTF-16 -t UTF-8"),
      (
        Array("version https://git-lfs.github.com/spec/v1\n".utf8),
        "is a pointer of Git LFS; fetch the file itself"
      ), ([], "is empty"),
    ] as [([UInt8], String)] {
      let path = "\(folder.path)/t.json"
      try replaceFile(path, bytes: bytes)
      let error = #expect(throws: FileError.self) { try TokenizerFile(path) }
      #expect(error?.message == "\(path): \(problem)")
    }
    let path = "\(folder.path)/mark.json"
    try replaceFile(path, bytes: [0xEF, 0xBB, 0xBF] + Array(json.utf8))
    #expect(try TokenizerFile(path).merges.isEmpty)
  }

  @Test func `files that are damaged say where`() {
    #expect(message("", model: #""vocab":{}"#) == "t.json: has no field \"model.merges\"")
    #expect(
      message("", model: #""vocab":{},"merges":["a b c"]"#)
        == "t.json: field \"model.merges.[0]\": a merge has two parts")
    #expect(
      message("", model: #""vocab":{"a":-1},"merges":[]"#)
        == "t.json: model: ids are not between 0 and 2^24")
    #expect(
      message("", model: #""vocab":{"a":1},"merges":[]"#)
        == "t.json: vocab: byte 32 has no token; only byte-level BPE tokenizers are supported")
  }

  @Test func `a pattern that PCRE2 cannot read is named with the place`() {
    #expect(
      throws: TokenizationError.pattern("a(b", offset: 3, reason: "missing closing parenthesis")
    ) {
      try Pattern("a(b")
    }
  }
}
