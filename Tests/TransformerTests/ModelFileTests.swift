import Formats
import Foundation
import Kernels
import Parallel
import Storage
import TestSupport
import Testing
@testable import Transformer

@Suite struct `models on disk` {
  private let folder: TemporaryFolder
  private var path: String { folder.path }

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: [true, false])
  func `a model that is written and read is the same`(tied: Bool) throws {
    var config = tiny
    config.tiesEmbeddings = tied
    let model = Parameters(
      config, precision: .float32, seed: 3, initStd: 0.1, pool: WorkerPool(threads: 1))
    try model.write(to: path)
    let read = try Parameters(folder: path, precision: .float32)
    #expect(read.config == config)
    for entry in model.layout.entries { #expect(read[entry] == model[entry], "\(entry.name)") }
  }

  @Test func `truncation is refused, and a flipped bit never gives other numbers`() throws {
    let small = ModelConfig(
      vocabularySize: 5, hiddenSize: 4, layers: 1, heads: 1, keyValueHeads: 1, intermediateSize: 3,
      context: 4)
    try Parameters(small, precision: .float32, seed: 3, initStd: 0.1, pool: WorkerPool(threads: 1))
      .write(to: path)
    let file = path + "/model.safetensors"
    let bytes = try readFile(file)
    let other = folder.file("other.safetensors")
    for length in stride(from: 0, to: bytes.count, by: 37) {
      try folder.write("other.safetensors", Array(bytes[..<length]))
      #expect(throws: FileError.self) { try SafetensorsFile(other) }
    }
    let whole = try SafetensorsFile(file).entries
    for index in stride(from: 0, to: bytes.count, by: 13) {
      var flipped = bytes
      flipped[index] ^= 1 << UInt8(index % 8)
      try folder.write("other.safetensors", flipped)
      // A flip in a name or in the padding leaves a valid file of other names, never other numbers.
      if let read = try? SafetensorsFile(other), read.entries == whole {
        #expect(index < bytes.count - whole.values.reduce(0) { $0 + 4 * $1.shape.reduce(1, *) })
      }
    }
  }

  @Test func `a config that the weights do not have is refused before memory is taken for it`()
    throws
  {
    try Parameters(tiny, precision: .float32, seed: 3, initStd: 0.1, pool: WorkerPool(threads: 1))
      .write(to: path)
    var huge = tiny
    (huge.hiddenSize, huge.intermediateSize, huge.layers) = (24 << 12, 1 << 18, 80)
    try folder.write("config.json", huge.json)
    let error = #expect(throws: FileError.self) {
      try Parameters(folder: path, precision: .float32)
    }
    #expect(error?.message.contains("has the shape") == true, "\(error?.message ?? "")")
  }

  @Test(arguments: [
    "[0,-9223372036854775808]", "[9223372036854775807,0]", "[0,9223372036854775807]",
  ])
  func `offsets that overflow are refused`(offsets: String) throws {
    let header = #"{"a":{"dtype":"F32","shape":[1],"data_offsets":\#(offsets)}}"#
    var bytes = ByteWriter()
    bytes.append(UInt64(header.utf8.count))
    bytes.append(contentsOf: Array(header.utf8))
    bytes.append(Float(0).bitPattern)
    try folder.write("model.safetensors", bytes.bytes)
    let error = #expect(throws: FileError.self) {
      try SafetensorsFile(folder.file("model.safetensors"))
    }
    #expect(error?.kind == .badData)
  }

  @Test func `architectures that we do not compute are refused by name`() throws {
    let text = String(decoding: tiny.json, as: UTF8.self)
    for (from, to, named) in [
      ("\"silu\"", "\"gelu\"", "hidden_act gelu"), ("\"llama\"", "\"gpt2\"", "model_type gpt2"),
      ("\"mlp_bias\":false", "\"mlp_bias\":true", "mlp_bias"),
      ("\"num_key_value_heads\":2", "\"num_key_value_heads\":3", "3 key-value heads"),
      ("\"hidden_size\":24", "\"hidden_size\":-1", "hidden_size is -1"),
    ] {
      let changed = text.replacingOccurrences(of: from, with: to)
      try folder.write("config.json", changed)
      let error = #expect(throws: FileError.self) {
        try ModelConfig(file: path + "/config.json")
      }
      #expect(error?.message.contains(named) == true)
    }
  }

  @Test(arguments: [
    #""sliding_window":4096"#, #""logits_scaling":8.0"#, #""embedding_multiplier":12"#,
    #""layer_types":["full_attention"]"#, #""qk_norm":true"#, #""num_local_experts":8"#,
  ])
  func `a setting that is not known is refused by name`(setting: String) throws {
    let text = String(decoding: tiny.json, as: UTF8.self)
    try folder.write("config.json", "{\(setting),\(text.dropFirst())")
    let error = #expect(throws: FileError.self) { try ModelConfig(file: path + "/config.json") }
    let name = setting.split(separator: "\"")[0]
    #expect(
      error?.message
        == "\(path)/config.json: field \"\(name)\": is not known here and may change the result; "
        + "leave it out if it does not")
  }

  @Test func `what changes nothing is passed over, and what is off`() throws {
    let text = String(decoding: tiny.json, as: UTF8.self)
    let settings =
      #""sliding_window":null,"qk_norm":false,"initializer_range":0.02,"use_cache":true,"#
      + #""transformers_version":"5.0","pretraining_tp":1,"attention_dropout":0.0"#
    try folder.write("config.json", "{\(settings),\(text.dropFirst())")
    #expect(try ModelConfig(file: path + "/config.json") == tiny)
  }
}
