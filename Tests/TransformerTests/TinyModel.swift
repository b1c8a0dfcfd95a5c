import Formats

/// A model with odd sizes and shared heads that is computed in no time.
let tiny = ModelConfig(
  vocabulary: 41, width: 24, layers: 2, heads: 4, keyHeads: 2, inner: 37, context: 11,
  tiesEmbeddings: true)
