import Formats
package import Kernels
package import Storage

extension Parameters {
  /// Writes `config.json` and, last, `model.safetensors` into `folder`.
  ///
  /// - Throws: `FileError.system` if a file cannot be written.
  package func write(to folder: String) throws(FileError) {
    try replaceFile(folder + "/config.json", bytes: config.json)
    try writeSafetensors(
      folder + "/model.safetensors",
      layout.entries.map { entry in
        StoredTensor(name: entry.name, shape: entry.shape) { range in
          self.vector.bytes(entry.offset + range.lowerBound..<entry.offset + range.upperBound)
        }
      })
  }

  /// Reads `config.json` and the weights of a Llama model from `folder`, to score it, not to train
  /// it.
  ///
  /// - Throws: `FileError` if a file cannot be read, or holds a model that is not supported.
  package convenience init(folder: String, precision: Precision) throws(FileError) {
    let config = try ModelConfig(file: folder + "/config.json")
    let weights = try ModelWeights(folder: folder)
    // Before memory is taken for what config.json says.
    for entry in ParameterLayout(config).entries {
      try weights.require(entry.name, shape: entry.shape)
    }
    self.init(config, precision: precision, isTrained: false)
    for entry in layout.entries {
      self[entry] = try weights.floats(entry.name, shape: entry.shape)
    }
    let known = Set(layout.entries.map(\.name)).union(["lm_head.weight"])
    for (name, file) in weights.names where !known.contains(name) {
      if name.hasSuffix("rotary_emb.inv_freq") { continue }  // computed, not learned
      throw .content(path: file, place: name, problem: "is no parameter of this Llama model")
    }
    refreshOperands()
  }
}
