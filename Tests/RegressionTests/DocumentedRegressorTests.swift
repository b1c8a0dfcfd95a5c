import Formats
import Foundation
import Regression
import Storage
import Testing

/// The regressor that data/README.md shows reads as what it says it is.
@Test func `the documented regressor, as it is written`() throws {
  let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  let text = try String(
    contentsOf: folder.deletingLastPathComponent().appending(path: "data/README.md"),
    encoding: .utf8)
  let start = try #require(text.range(of: "```json regressor\n")).upperBound
  let end = try #require(text.range(of: "```", range: start..<text.endIndex)).lowerBound
  let path = NSTemporaryDirectory() + "documented-\(UUID()).json"
  defer { try? FileManager.default.removeItem(atPath: path) }
  try replaceFile(path, bytes: Array(text[start..<end].utf8))
  let file = try RegressorFile(reading: path)
  let model = try #require(file.families[0].model.stored as? LinearModel)
  #expect(model.coefficients["Book"]?["mde:Book"] == 0.9 && file.data.mde[0].last == 3.5)
  #expect(try file.bytes == readFile(path))
}
