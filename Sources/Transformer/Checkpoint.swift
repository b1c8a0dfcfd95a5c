import Formats
package import Kernels
package import Storage

extension Parameters {
  /// Writes `config.json` and, last, `model.safetensors` into `folder`.
  package func write(to folder: String) throws(FileError) {
    try replaceFile(folder + "/config.json", bytes: config.json)
    try writeSafetensors(
      folder + "/model.safetensors",
      layout.entries.map { NamedTensor(name: $0.name, shape: $0.shape, values: self[$0]) })
  }

  /// Reads a Llama model from `folder`: `config.json` and `model.safetensors`.
  package convenience init(folder: String, precision: Precision) throws(FileError) {
    let config = try ModelConfig(file: folder + "/config.json")
    let file = try SafetensorsFile(folder + "/model.safetensors")
    self.init(config, precision: precision)
    for entry in layout.entries {
      self[entry] = try file.floats(entry.name, shape: entry.shape)
    }
    let known = Set(layout.entries.map(\.name)).union(["lm_head.weight"])
    for name in file.entries.keys.sorted() where !known.contains(name) {
      if name.hasSuffix("rotary_emb.inv_freq") { continue }  // computed, not learned
      throw .content(path: file.path, place: name, problem: "is no parameter of this Llama model")
    }
    refreshOperands()
  }
}
