import Formats
import Storage
import TestSupport

/// A folder with one domain's token files, as the tokenizer leaves it; removed at the end.
final class WrittenTokens {
  private let folder: TemporaryFolder
  var path: String { folder.path }

  init(_ domain: String, documents: [[Int32]]) throws {
    folder = try TemporaryFolder()
    let provenance = Provenance(format: TokenHeader.format, version: 1, tool: .tokenizeShards)
    var splits: [String: TokenManifest.Split] = [:]
    for split in ["train", "validation"] {
      let name = "\(split)-000.tok.zst"
      let header = TokenHeader(
        provenance: provenance, tokenizer: "t", vocabulary: 41, endOfText: 40, domain: domain,
        split: split)
      let file = try TokenFileWriter(folder.file(name), header: header)
      var amount = TokenManifest.Amount()
      for document in documents {
        try file.append(document, bytes: document.count)
        amount.documents += 1
        amount.tokens += document.count
      }
      try file.commit()
      splits[split] = TokenManifest.Split(
        amount: amount,
        shards: [.init(name: name, sha256: try sha256(file: folder.file(name)), amount: amount)])
    }
    let manifest = TokenManifest(
      provenance: Provenance(format: TokenManifest.format, version: 1, tool: .tokenizeShards),
      domain: domain, tokenizer: "t", vocabulary: 41, endOfText: 40, splits: splits,
      duplicates: nil)
    try folder.write("manifest.json", JSON.encode(manifest))
  }
}
