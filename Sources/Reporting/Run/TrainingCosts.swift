import Formats
import Regression
import Storage

extension RunFolder {
  /// Reads how long each model's training took, in seconds of processors, from the files that make
  /// keeps in `.costs`.
  ///
  /// A model that was trained again, or by another trainer, has its last line, or none.
  ///
  /// - Throws: `FileError` if a file cannot be read, or has a line that is no cost.
  static func processorSeconds(_ path: String) throws(FileError) -> [String: Double] {
    let folder = "\(path)/.costs"
    guard isFolder(folder) else { return [:] }
    var seconds: [String: Double] = [:]
    for model in try names(inFolder: folder) {
      let reader = try LineReader("\(folder)/\(model)")
      while let line = try reader.next() {
        seconds[model] = try JSON.decode(
          RunCost.self, from: line.bytes, path: reader.name, place: "line \(line.number)"
        ).processorSeconds
      }
    }
    return seconds
  }

  /// The hours of processors that the experts and the fitted models took; nil if one is not known.
  var processorHours: Double? {
    let models = Array(experts.losses.keys) + (regressor?.data.ids ?? [])
    let known = models.sorted().compactMap { processorSeconds[$0] }
    return known.count == models.count ? known.reduce(0, +) / 3600 : nil
  }
}
