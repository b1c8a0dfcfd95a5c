package import ArgumentParser
package import Formats
import Mixtures
package import Storage
import Streams

/// What a model is trained on: token folders, and the mixture of their domains.
package struct TrainingDataOptions: ParsableArguments {
  @Argument(help: "Token folders, one for each domain; those of weight 0 are not read.")
  package var tokens: [String] = []

  @Option(
    help: .init(
      """
      A file with one mixture, FILE:ID of a file with several, or weights such as \
      ArXiv=0.3,Github=0.7.
      """,
      valueName: "file"))
  package var mixture: String?
  @Option(help: "Train on this domain alone.") package var expert: String?
  @Option(help: "Tokenizer; by default tokenizer.json beside the token folders.")
  package var tokenizer: String?

  package init() {}

  /// Checks that there are folders and one mixture.
  ///
  /// - Throws: `ValidationError` if not.
  package func require() throws {
    guard !tokens.isEmpty else { throw ValidationError("give the token folders of the domains") }
    guard (mixture == nil) != (expert == nil) else {
      throw ValidationError("give either --mixture or --expert")
    }
  }

  /// The weights asked for, by domain, summing to 1.
  ///
  /// - Parameter note: A closure that is told of weights that had to be divided by their sum.
  /// - Throws: `FileError` or `UsageError` if the mixture cannot be read.
  package func weights(note: (String) -> Void) throws -> [String: Double] {
    if let expert { return [expert: 1] }
    return try MixtureSource(mixture ?? "").mixture(note: note).byName
  }

  /// The folders of the domains of positive weight, in the order of their names.
  ///
  /// - Throws: `StreamError.missingDomain` if one is not among those given, `FileError` if what is
  ///   given is no folder.
  package func folders(_ weights: [String: Double]) throws -> [TokenFolder] {
    var folders: [String: TokenFolder] = [:]
    var names: [String] = []
    for path in tokens {
      let name = path.split(separator: "/").last.map(String.init) ?? path
      names.append(name)
      if !isFolder(path) { _ = try Storage.names(inFolder: path) }
      guard weights[name, default: 0] > 0 else { continue }
      folders[name] = try TokenFolder(path)
    }
    return try weights.keys.sorted().filter { weights[$0, default: 0] > 0 }.map { domain in
      guard let folder = folders[domain] else {
        throw StreamError.missingDomain(domain, given: names)
      }
      return folder
    }
  }

  /// The tokenizer that the folders' tokens were made with.
  ///
  /// - Throws: `FileError` if it cannot be read, or the tokens were made with another one.
  package func readTokenizer(
    _ folders: [TokenFolder]
  ) throws(FileError) -> (path: String, bytes: [UInt8]) {
    let parent = folders[0].path.split(separator: "/", omittingEmptySubsequences: false)
      .reversed().drop { $0.isEmpty }.dropFirst().reversed().joined(separator: "/")
    let path = tokenizer ?? (parent.isEmpty ? "." : parent) + "/tokenizer.json"
    let bytes = try readFile(path)
    let digest = sha256(bytes)
    for folder in folders where folder.contents.tokenizer != digest {
      throw FileError.content(
        path: folder.manifest, place: "tokenizer",
        problem:
          "the tokens were not made with \(path); give the right --tokenizer, or make them again")
    }
    return (path, bytes)
  }

  /// The digests of the tokenizer and of the folders' manifests.
  ///
  /// - Throws: `FileError` if one cannot be read.
  package func digests(
    _ folders: [TokenFolder], tokenizer: (path: String, bytes: [UInt8])
  ) throws(FileError) -> [InputDigest] {
    var digests = [InputDigest(path: tokenizer.path, bytes: tokenizer.bytes)]
    for folder in folders {
      digests.append(InputDigest(name: folder.domain, sha256: try sha256(file: folder.manifest)))
    }
    return digests
  }
}
