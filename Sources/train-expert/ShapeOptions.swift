import ArgumentParser
import Formats
import ToolKit

/// The shape of the model, under the names that Hugging Face configurations have.
struct ShapeOptions: ParsableArguments {
  @Option(help: "Layers.") var layers = 4
  @Option(name: [.long, .customLong("width")], help: "Channels of the residual stream.")
  var hiddenSize = 128
  @Option(help: "Attention heads.") var heads = 4
  @Option(help: "Heads of keys and values; by default as many as --heads.") var kvHeads: Int?
  @Option(
    name: [.long, .customLong("ffn")],
    help: "Channels inside the feed-forward layers; by default 8/3 of --hidden-size, in eights.")
  var intermediateSize: Int?
  @Option(help: "Tokens in a sequence.") var context = 128
  @Option(
    name: [.long, .customLong("rope-base")], help: "Base of the rotary embedding's frequencies.")
  var ropeTheta = 10_000.0
  @Flag(inversion: .prefixedNo, help: "Use the embedding as output head.") var tieEmbeddings = true
  @Option(
    name: [.long, .customLong("initial-spread")],
    help: "Standard deviation of the initial matrices; by default 1/√(hidden size).")
  var initStd: Double?

  /// The configuration of a model of this shape for tokens of a vocabulary.
  ///
  /// - Throws: A usage error if the sizes do not fit each other.
  func config(vocabularySize: Int, endOfText: Int32) throws -> ModelConfig {
    guard hiddenSize > 0, heads > 0, hiddenSize % heads == 0 else {
      throw UsageError("--hidden-size \(hiddenSize) must be a multiple of --heads \(heads)")
    }
    let config = ModelConfig(
      vocabularySize: vocabularySize, hiddenSize: hiddenSize, layers: layers, heads: heads,
      keyValueHeads: keyValueHeads, intermediateSize: innerSize, context: context,
      ropeTheta: ropeTheta, tiesEmbeddings: tieEmbeddings, endOfText: endOfText)
    if keyValueHeads < 1 { throw UsageError("--kv-heads must be positive") }
    if let problem = config.problem { throw UsageError("shape of the model: \(problem)") }
    return config
  }

  /// The standard deviation that initialises the matrices.
  ///
  /// By default a product keeps the scale of its input: at 0.02, small models learn far slower.
  var deviation: Double { initStd ?? 1 / Double(hiddenSize).squareRoot() }
  private var keyValueHeads: Int { kvHeads ?? heads }
  private var innerSize: Int { intermediateSize ?? (hiddenSize * 8 / 3 + 7) / 8 * 8 }

  /// The flags with their values, defaults included, as the provenance of a model has them.
  var flags: [String: String] {
    [
      "layers": "\(layers)", "hidden-size": "\(hiddenSize)", "heads": "\(heads)",
      "kv-heads": "\(keyValueHeads)", "intermediate-size": "\(innerSize)", "context": "\(context)",
      "rope-theta": "\(ropeTheta)", "tie-embeddings": "\(tieEmbeddings)",
      "init-std": "\(deviation)",
    ]
  }
}
