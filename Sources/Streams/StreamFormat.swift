import Storage

/// The formats in which trainers read tokens; `data/README.md` describes them.
package enum StreamFormat: String, CaseIterable, Sendable {
  /// Our own, `mde.stream`.
  case mde
  /// llm.c's `.bin`.
  case llmc
  /// Megatron-LM's indexed data set, `.bin` and `.idx`.
  case megatron
  /// OLMo-core's array without a header, `.npy`, and the spans of its documents, `.csv.gz`.
  case olmo
  /// datatrove's `.ds`, which nanotron reads, with its index and its metadata.
  case datatrove
}

extension StreamFormat {
  /// Whether every reader has a file of its own; those of other programs share one.
  package var hasRanks: Bool { self == .mde }

  /// The names of a stream's files in its folder, as far as they are the same.
  private func name(rank: Int) -> String {
    guard hasRanks else { return "stream" }
    return "rank-" + String(repeating: "0", count: max(0, 3 - "\(rank)".count))
      + "\(rank).stream.zst"
  }

  /// What writes a stream into a folder, or with `comparing` compares what is there.
  ///
  /// - Parameters:
  ///   - folder: `-` for standard output, which takes the format `mde` alone.
  ///   - header: That of one rank.
  ///   - writesBehind: Whether another thread writes what is not compressed.
  /// - Throws: `StreamError` if the format cannot hold so much, or a file cannot be opened.
  package func sink(
    _ folder: String, header: StreamHeader, comparing: Bool, writesBehind: Bool = false
  ) throws(StreamError) -> any SequenceSink {
    let path = folder == "-" ? folder : "\(folder)/\(name(rank: header.rank ?? 0))"
    guard self == .mde else {
      return try FlatStreamWriter(
        path, self, header: header, comparing: comparing, writesBehind: writesBehind)
    }
    do throws(FileError) {
      return comparing
        ? try StreamFileCheck(path, header: header) : try StreamFileWriter(path, header: header)
    } catch { throw .file(error) }
  }
}

/// How the ids of sequences lie one after another in a file of another program.
struct FlatLayout {
  /// The end of the file's name.
  var suffix: String
  /// Whether every sequence has all its `context + 1` ids.
  ///
  /// Otherwise it has its `context` inputs, and a reader takes the first id after them, which is of
  /// the next sequence, for the last target.
  var isWhole = false
  /// Whether the last target of the last sequence stands at the end, which a reader of windows of
  /// `context + 1` needs.
  var isClosed = false
  /// The most ids that a file can hold.
  var largest = Int.max
  /// The bytes before the first id, of a file of so many ids.
  var header: (_ ids: Int) -> [UInt8] = { _ in [] }
  /// The files beside it, by the end of their name.
  var beside: [(suffix: String, write: (FlatFile, StreamOutput) throws(FileError) -> Void)] = []
}

/// What the files beside a flat file tell.
struct FlatFile {
  var sequences: Int
  /// The number of ids of each sequence.
  var length: Int
  /// The number of ids of all sequences, and of the one at the end, if there is one.
  var ids: Int
  /// The number of bytes of an id.
  var width: Int
  /// The SHA-256 of the tokenizer.json.
  var tokenizer: String
}
