import Formats
import Parallel
import Reporting
import Storage
import Tokenization
import ToolKit

extension TrainTokenizer {
  /// Writes how much text a token holds by domain, of the tokenizer and of one trained by size, and
  /// tells it on standard error.
  func writeFertility(
    of tokenizer: [UInt8], bySize other: [UInt8]?, _ domains: [(name: String, counts: WordCounts)],
    table: InputDigest?, pool: WorkerPool, to path: String
  ) throws {
    func ready(_ bytes: [UInt8]) throws -> Tokenizer {
      try Tokenizer(TokenizerFile(bytes: bytes, path: common.output))
    }
    let rows = fertilities(
      domains, try ready(tokenizer), bySize: try other.map(ready), pool: pool)
    let output = try LineWriter(path)
    try output.write(
      JSON.encode(
        FertilityFile.Header(
          provenance: Provenance(
            format: FertilityFile.format, version: FertilityFile.version, tool: .trainTokenizer,
            inputs: [table].compactMap(\.self)),
          tokenizer: sha256(tokenizer))))
    for row in rows { try output.write(JSON.encode(row)) }
    try output.commit()
    for line in fertilityTable(rows).text.split(separator: "\n") {
      common.note("train-tokenizer: \(line)")
    }
  }
}
