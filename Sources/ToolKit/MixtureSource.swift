package import Mixtures
import Storage

/// The mixture that `--mixture` names.
package enum MixtureSource: Equatable {
  /// The weights as they were given, such as `ArXiv=0.3,Github=0.7`.
  case weights(String)
  /// A file of mixtures, and the id of the one that is meant; nil in a file of one.
  case file(String, id: String?)

  /// Parses an argument; one that is the name of a file means that, whatever signs are in it.
  package init(_ text: String) {
    func isThere(_ path: Substring) -> Bool { path == "-" || isFile(String(path)) }
    func file(before colon: String.Index) -> MixtureSource {
      .file(String(text[..<colon]), id: String(text[text.index(after: colon)...]))
    }
    let colons = text.indices.filter { text[$0] == ":" && $0 != text.startIndex }
    if isThere(text[...]) {
      self = .file(text, id: nil)
    } else if let colon = colons.last(where: { isThere(text[..<$0]) }) {
      self = file(before: colon)
    } else if text.contains("=") {
      self = .weights(text)
    } else {
      self = colons.last.map(file) ?? .file(text, id: nil)
    }
  }

  /// The mixture, whose weights are not negative and sum to 1.
  ///
  /// - Parameter note: A closure that is told of weights that had to be divided by their sum.
  /// - Throws: `FileError` if the file cannot be read or has no such mixture, `UsageError` if the
  ///   text means none.
  package func mixture(note: (String) -> Void) throws -> Mixture {
    let (place, mixture) =
      switch self {
      case .weights(let text): ("--mixture", try Self.parse(text))
      case .file(let path, let id): (path, try Self.read(path, id))
      }
    if let correction = mixture.correction { note("\(place): \(correction)") }
    return mixture
  }

  private static func read(_ path: String, _ id: String?) throws -> Mixture {
    let file = try MixtureFile(reading: path)
    if let id { return try file.record(id).mixture }
    guard file.records.count == 1 else {
      throw UsageError(
        "\(path): holds \(file.records.count) mixtures; name one as \(path):ID: "
          + file.records.map(\.id).joined(separator: ", "))
    }
    return file.records[0].mixture
  }

  private static func parse(_ text: String) throws -> Mixture {
    var weights: [String: Double] = [:]
    for part in text.split(separator: ",") {
      let pair = part.split(separator: "=")
      guard pair.count == 2, let weight = decimal(pair[1]),
        weights.updateValue(weight, forKey: String(pair[0])) == nil
      else {
        throw UsageError("--mixture: \(part): is not DOMAIN=WEIGHT, or the domain's second weight")
      }
    }
    do { return try Mixture(weights) } catch { throw UsageError("--mixture: \(error.description)") }
  }
}
