import Foundation
import Storage

/// A file beside the output of a run that says what the run is about to do.
///
/// A run after a kill with the same plan takes over the shards that were finished. The file is
/// removed when the run ends, well or not; a kill leaves it.
final class ResumePlan {
  private let path: String
  /// Whether a killed run had the same plan.
  let isResumed: Bool

  /// Writes the plan into `folder`, unless a killed run left the same there.
  ///
  /// - Parameters:
  ///   - settings: All that the shards depend on but the corpus.
  ///   - files: The files of the corpus, which are the same if name, size and time are.
  init(folder: String, settings: [String: String], files: [String]) throws(FileError) {
    path = "\(folder)/plan.partial-run"
    var content = settings
    for (index, file) in files.enumerated() {
      let values = try? FileManager.default.attributesOfItem(atPath: file)
      let time = (values?[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
      content["file \(index)"] = "\(file) \(values?[.size] ?? 0) \(time)"
    }
    let bytes = JSON.encode(content)
    // Streams cannot be known again.
    isResumed = !files.contains(where: isStream) && (try? readFile(path)) == bytes
    try createFolder(folder)
    if !isResumed { try replaceFile(path, bytes: bytes) }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
