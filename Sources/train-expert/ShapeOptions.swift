import ArgumentParser
import Formats
import ToolKit

/// The shape of the model, under the names of the field.
struct ShapeOptions: ParsableArguments {
  @Option(help: "Layers.") var layers = 4
  @Option(help: "Channels of the residual stream.") var width = 128
  @Option(help: "Attention heads.") var heads = 4
  @Option(help: "Heads of keys and values; by default as many as --heads.") var kvHeads: Int?
  @Option(help: "Channels inside the feed-forward layers; by default 8/3 of the width, in eights.")
  var ffn: Int?
  @Option(help: "Tokens in a sequence.") var context = 128
  @Option(help: "Base of the rotary embedding's frequencies.") var ropeBase = 10_000.0
  @Flag(inversion: .prefixedNo, help: "Use the embedding as output head.") var tieEmbeddings = true
  @Option(help: "Standard deviation of the initial matrices; by default 1/√width.")
  var initialSpread: Double?

  func config(vocabulary: Int, endOfText: Int32) throws -> ModelConfig {
    guard width > 0, heads > 0, width % heads == 0 else {
      throw UsageError("--width \(width) must be a multiple of --heads \(heads)")
    }
    let config = ModelConfig(
      vocabulary: vocabulary, width: width, layers: layers, heads: heads, keyHeads: keyHeads,
      inner: inner, context: context, rotaryBase: ropeBase, tiesEmbeddings: tieEmbeddings,
      endOfText: endOfText)
    if keyHeads < 1 { throw UsageError("--kv-heads must be positive") }
    if let problem = config.problem { throw UsageError("shape of the model: \(problem)") }
    return config
  }

  /// By default a product keeps the scale of its input: at 0.02, small models learn far slower.
  var spread: Double { initialSpread ?? 1 / Double(width).squareRoot() }
  private var keyHeads: Int { kvHeads ?? heads }
  private var inner: Int { ffn ?? (width * 8 / 3 + 7) / 8 * 8 }

  var flags: [String: String] {
    [
      "layers": "\(layers)", "width": "\(width)", "heads": "\(heads)", "kv-heads": "\(keyHeads)",
      "ffn": "\(inner)", "context": "\(context)", "rope-base": "\(ropeBase)",
      "tie-embeddings": "\(tieEmbeddings)", "initial-spread": "\(spread)",
    ]
  }
}
