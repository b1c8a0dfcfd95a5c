import ArgumentParser
import Formats
import Transformer

extension SyntheticWork.Kind: ExpressibleByArgument {}

/// The shapes that are compared: the peer script has the same.
enum Configuration: String, ExpressibleByArgument, CaseIterable {
  case S, M, L

  private var sizes: (width: Int, layers: Int, heads: Int, inner: Int, vocabulary: Int) {
    switch self {
    case .S: (128, 4, 4, 344, 4096)
    case .M: (256, 6, 8, 688, 8192)
    case .L: (512, 6, 8, 1376, 32_000)
    }
  }
  /// The number of sequences of a step.
  var batch: Int { self == .S ? 32 : self == .M ? 16 : 4 }

  var model: ModelConfig {
    let context = self == .S ? 128 : self == .M ? 256 : 512
    return ModelConfig(
      vocabularySize: sizes.vocabulary, hiddenSize: sizes.width, layers: sizes.layers,
      heads: sizes.heads,
      keyValueHeads: sizes.heads, intermediateSize: sizes.inner, context: context)
  }
}
