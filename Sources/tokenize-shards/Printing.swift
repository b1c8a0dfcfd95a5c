import Formats
import Storage
import Tokenization
import ToolKit

extension TokenizeShards {
  /// Prints what the manifests say of each domain and split.
  func printAmounts(_ manifests: [TokenManifest]) throws {
    let output = try LineWriter(common.output)
    try output.write("domain\tsplit\tdocuments\ttokens\tbytes\tbytesPerToken")
    for manifest in manifests {
      for split in Split.allCases {
        let amount = manifest.splits[split.rawValue]?.amount ?? .init()
        let ratio = amount.tokens > 0 ? Double(amount.bytes) / Double(amount.tokens) : 0
        try output.write(
          "\(manifest.domain)\t\(split.rawValue)\t\(amount.documents)\t\(amount.tokens)"
            + "\t\(amount.bytes)\t\((ratio * 1000).rounded() / 1000)")
      }
    }
    try output.commit()
  }

  /// Tells what is not learned from because it stands in held-out text.
  func noteLeftOut(_ manifests: [TokenManifest]) {
    let found = manifests.compactMap { manifest -> String? in
      let count = manifest.heldOut.map { $0.copies + $0.nearDuplicates } ?? 0
      return count > 0 ? "\(count) of \(manifest.domain)" : nil
    }
    guard !found.isEmpty else { return }
    common.note(
      "tokenize-shards: copies and near-duplicates of held-out text left out: "
        + found.joined(separator: ", "))
  }

  /// Prints `{"text": …}` for each document of the token files given.
  func printDocuments(_ tokenizer: Tokenizer) throws {
    let output = try LineWriter(common.output)
    for path in corpus {
      let file = try TokenFileReader(path)
      guard file.header.tokenizer == tokenizer.sha256 else {
        throw FileError.content(
          path: path,
          problem:
            "was made with another tokenizer than \(self.tokenizer ?? ""); name the right one")
      }
      for index in 0..<file.blockCount {
        let block = try file.block(index)
        for document in 0..<block.documentCount {
          let text = String(decoding: tokenizer.decode(block[document]), as: UTF8.self)
          try output.write(JSON.encode(["text": text]))
        }
      }
    }
    try output.commit()
  }
}
