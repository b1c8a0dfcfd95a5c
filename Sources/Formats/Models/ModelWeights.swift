package import Storage

/// The tensors of the model in a folder.
///
/// They are in `model.safetensors`, or in the shards that `model.safetensors.index.json` lists, as
/// Hugging Face transformers writes large models.
package struct ModelWeights {
  private let folder: String
  /// The files with tensors, in the order of their names.
  private let files: [SafetensorsFile]

  private struct Index: Decodable {
    /// The name of the file that each tensor is in.
    var weight_map: [String: String]
  }

  /// The names of the files with weights in `folder`.
  ///
  /// - Throws: `FileError` if the index of the shards cannot be read, or names another folder.
  package static func fileNames(folder: String) throws(FileError) -> [String] {
    let index = folder + "/model.safetensors.index.json"
    guard !isFile(folder + "/model.safetensors"), isFile(index) else {
      return ["model.safetensors"]
    }
    return try fileNames(index: index)
  }

  /// The names of the files that an index lists, which lie beside it.
  ///
  /// - Throws: `FileError` if it is no index, or names a file of another folder.
  package static func fileNames(index: String) throws(FileError) -> [String] {
    let names = Set(try JSON.decode(Index.self, file: index).weight_map.values).sorted()
    for name in names where name.contains("/") {
      throw .content(path: index, place: "weight_map", problem: "\(name) is not in this folder")
    }
    return names
  }

  /// The SHA-256 of the weights: of the one file, or of the digests of the shards, one a line.
  ///
  /// - Throws: `FileError` if a file cannot be read.
  package static func digest(folder: String) throws(FileError) -> String {
    var digests: [String] = []
    for name in try fileNames(folder: folder) {
      digests.append(try sha256(file: "\(folder)/\(name)"))
    }
    return digests.count == 1 ? digests[0] : sha256(Array(digests.joined(separator: "\n").utf8))
  }

  /// Opens the files with weights in `folder`.
  ///
  /// - Throws: `FileError` if one cannot be read, or is damaged.
  package init(folder: String) throws(FileError) {
    self.folder = folder
    var files: [SafetensorsFile] = []
    for name in try Self.fileNames(folder: folder) {
      files.append(try SafetensorsFile("\(folder)/\(name)"))
    }
    self.files = files
  }

  /// The names of all tensors, each with the file that holds it.
  package var names: [(name: String, file: String)] {
    files.flatMap { file in file.entries.keys.sorted().map { ($0, file.path) } }
  }

  /// The number of parameters; those shared by two tensors are stored once.
  package var parameterCount: Int {
    files.flatMap { $0.entries.values.map { $0.shape.reduce(1, *) } }.reduce(0, +)
  }

  /// Checks that a tensor is there and has a shape, without reading it.
  ///
  /// - Throws: `FileError.content` if it is missing, or has another shape.
  package func require(_ name: String, shape: [Int]) throws(FileError) {
    guard let file = files.first(where: { $0.entries[name] != nil }) else {
      throw .content(path: folder, place: name, problem: "is in none of its safetensors files")
    }
    try file.require(name, shape: shape)
  }

  /// The values of a tensor as Float32, row-major.
  ///
  /// - Throws: `FileError` if it is missing, has another shape, or cannot be read.
  package func floats(_ name: String, shape: [Int]) throws(FileError) -> [Float] {
    guard let file = files.first(where: { $0.entries[name] != nil }) else {
      throw .content(path: folder, place: name, problem: "is in none of its safetensors files")
    }
    return try file.floats(name, shape: shape)
  }
}
