package import Storage

/// Reads all of `path` and throws if anything in it is not as its format says.
///
/// The format is recognised by the content, not by the name: framed files by their seek table and
/// header, safetensors by the size and start of theirs, everything else as JSON or JSON lines,
/// compressed or not.
package func verifyArtifact(_ path: String) throws(FileError) {
  if try FramedReader.isFramed(path) {
    let file = try FramedReader(path)
    let header = try JSON.decode(
      ProvenanceOnly.self, from: file.header, path: path, place: "header")
    switch header.provenance.format {
    case TokenHeader.format:
      let file = try TokenFileReader(path)
      for index in 0..<file.blockCount { _ = try file.block(index) }
    case LogProbHeader.format:
      let file = try LogProbFileReader(path)
      for index in 0..<file.blockCount { _ = try file.block(index) }
    case ResumeHeader.format:
      for index in 0..<file.blockCount { _ = try file.block(index) }
    case let format:
      throw .content(path: path, problem: "is of the unknown format \(format)")
    }
    return
  }
  if try SafetensorsFile.isSafetensors(path) {
    _ = try SafetensorsFile(path)
    return
  }
  try verifyJSON(path)
}

/// One JSON value over the whole file, or one on every line.
private func verifyJSON(_ path: String) throws(FileError) {
  if (try? JSON.decode(AnyJSON.self, file: path)) != nil { return }
  let lines = try LineReader(path)
  var isEmpty = true
  while let line = try lines.next() {
    isEmpty = false
    _ = try JSON.decode(AnyJSON.self, from: line.bytes, path: path, place: "line \(line.number)")
  }
  if isEmpty { throw .content(path: path, problem: "is empty") }
}

/// Any JSON value, of which only the validity matters.
private struct AnyJSON: Decodable {
  init(from decoder: any Decoder) throws { _ = try decoder.singleValueContainer() }
}
