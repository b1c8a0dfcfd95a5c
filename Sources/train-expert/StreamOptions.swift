import ArgumentParser
import Formats
import Storage
import Streams
import ToolKit

/// A file of sequences to train on, in place of a mixture.
struct StreamOptions: ParsableArguments {
  @Option(
    help: .init(
      """
      Sequences that mix-tokens wrote, instead of --mixture: the same model. --steps may be left \
      out; the token folders are for validation.
      """, valueName: "file"))
  var stream: String?

  /// The stream, which must be of these tokens and this seed, whole, and long enough.
  ///
  /// - Parameters:
  ///   - digests: Those of the tokenizer and of the manifests, in the order of the domains.
  ///   - steps: The number of steps of `batch` sequences; nil for those of the stream.
  /// - Throws: `FileError.content` if it is not what the model needs.
  static func source(
    _ file: StreamFile, digests: [InputDigest], seed: UInt64, context: Int, batch: Int,
    steps: Int?
  ) throws(FileError) -> StreamFile {
    let header = file.header
    func refuse(_ problem: String) -> FileError {
      .content(path: file.path, place: "header", problem: problem)
    }
    guard header.provenance.inputs == digests else {
      throw refuse("was made of other tokens or with another tokenizer; make the stream again")
    }
    guard header.context == context else {
      throw refuse("its sequences have --context \(header.context), the model \(context)")
    }
    guard header.ranks == 1, header.fromStep == 0 else {
      throw refuse("is a part of a stream: rank \(header.rank ?? 0) from step \(header.fromStep)")
    }
    guard header.provenance.seed == seed else {
      throw refuse("was made with --seed \(header.provenance.seed ?? 0), not \(seed)")
    }
    let needed = (steps ?? header.steps) * batch
    guard needed <= header.sequences else {
      throw refuse("holds \(header.sequences) sequences, and the training takes \(needed)")
    }
    return file
  }
}
