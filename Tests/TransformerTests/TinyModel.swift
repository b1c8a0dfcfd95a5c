import Formats
import Kernels

/// Those that this CPU computes.
let precisions: [Precision] =
  fastestPrecision() == .float32 ? [.float32] : [.float32, .bfloat16]

/// A model with odd sizes and shared heads that is computed in no time.
let tiny = ModelConfig(
  vocabularySize: 41, hiddenSize: 24, layers: 2, heads: 4, keyValueHeads: 2, intermediateSize: 37,
  context: 11,
  tiesEmbeddings: true)
