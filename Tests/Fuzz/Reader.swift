import Artifacts
import Discovery
import Formats
import Glibc
import Storage
import Tasks
import Tokenization

/// What reads a kind of file, all of it.
struct Reader: Sendable {
  let name: String
  /// Reads the file at `path`, with what lies beside it.
  let read: @Sendable (_ path: String) throws -> Void

  /// The reader of a seed: that of the format before `@` in its name, by the end of its name where
  /// that tells, else the registry's.
  init(of path: String) throws(FileError) {
    let name = path.split(separator: "/").last ?? ""
    let known = name.contains("@") ? name.prefix { $0 != "@" }.replacing("-", with: " ") : nil
    if let known, let format = ArtifactFormat.all.first(where: { $0.spelled == known }) {
      self.init(name: format.name) { path in try format.check(path) }
    } else if path.contains(".corpus") {
      self.init(name: "corpus or archive", read: readLines)
    } else if path.hasSuffix(".task") {
      self.init(name: "published task") { path in
        for set in try TaskSet.read([path]) { _ = set.formed }
      }
    } else if [".bin", ".npy", ".ds"].contains(where: { path.hasSuffix($0) }) {
      self.init(name: "ids of another program", read: readIDs)
    } else if path.hasSuffix(".idx") {
      self.init(name: "index of ids") { try readIDs($0.dropLast(4) + ".bin") }
    } else if let end = [".index", ".metadata"].first(where: { path.hasSuffix(".ds" + $0) }) {
      self.init(name: "index of ids") { try readIDs(String($0.dropLast(end.count))) }
    } else if path.hasSuffix(".vectors") {
      self.init(name: "vectors", read: readVectors)
    } else if path.hasSuffix(".vectors.ids") {
      self.init(name: "names of vectors") { try readVectors(String($0.dropLast(4))) }
    } else {
      let format = try ArtifactFormat.of(path)
      // Half the inputs are read as what they seem to be.
      self.init(name: format.name) { path in
        if (try fileSize(path)).isMultiple(of: 2) {
          try format.check(path)
        } else {
          try verifyArtifact(path)
        }
      }
    }
  }

  private init(name: String, read: @escaping @Sendable (String) throws -> Void) {
    (self.name, self.read) = (name, read)
  }
}

/// Reads documents as `tokenize-shards` does, of whatever compressed or archived file.
private func readLines(_ path: String) throws {
  let (reader, json) = (try LineReader(path), JSONFields())
  let fields = ["text", "meta.redpajama_set_name"].map { JSONFields.Path($0) }
  while let line = try reader.next() {
    guard json.parse(line.bytes) == nil else { continue }
    for field in fields { _ = try? json.string(at: field) }
  }
}

private let tokenizer = Result {
  let alphabet = ["<|endoftext|>"] + ByteAlphabet.scalars.map { String($0) }.sorted()
  let json = TrainedTokenizer.encode(
    vocabulary: alphabet, merges: [], specialTokens: ["<|endoftext|>"])
  let path = "/dev/shm/fuzz-tokenizer-\(getpid()).json"
  try replaceFile(path, bytes: json)
  defer { try? removeFile(path) }
  return try Tokenizer(TokenizerFile(path))
}

/// Reads a corpus of ids as `import-tokens` does.
private func readIDs(_ path: String) throws {
  let corpus = TokenizedCorpus([path], tokenizer: try tokenizer.get(), endOfText: 0)
  while try corpus.next() != nil {}
}

private func readVectors(_ path: String) throws {
  let reader = try VectorReader(path)
  while try reader.next() != nil {}
}

extension ArtifactFormat {
  /// The name as one word of a file's.
  fileprivate var spelled: String { name.replacing("-", with: " ") }
}
