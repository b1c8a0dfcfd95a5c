import Formats
import Foundation
import Storage

/// A folder with one domain's token files, as the tokenizer leaves it; removed at the end.
final class TokenFolder {
  let path: String

  init(_ domain: String, documents: [[Int32]]) throws {
    path = NSTemporaryDirectory() + "tokens-\(UUID().uuidString)"
    try createFolder(path)
    let provenance = Provenance(format: TokenHeader.format, version: 1, tool: .tokenizeShards)
    var splits: [String: TokenManifest.Split] = [:]
    for split in ["train", "validation"] {
      let name = "\(split)-000.tok.zst"
      let header = TokenHeader(
        provenance: provenance, tokenizer: "t", vocabulary: 41, endOfText: 40, domain: domain,
        split: split)
      let file = try TokenFileWriter("\(path)/\(name)", header: header)
      var amount = TokenManifest.Amount()
      for document in documents {
        try file.append(document, bytes: document.count)
        amount.documents += 1
        amount.tokens += document.count
      }
      try file.commit()
      splits[split] = TokenManifest.Split(
        amount: amount,
        shards: [.init(name: name, sha256: try sha256(file: "\(path)/\(name)"), amount: amount)])
    }
    let manifest = TokenManifest(
      provenance: Provenance(format: TokenManifest.format, version: 1, tool: .tokenizeShards),
      domain: domain, tokenizer: "t", vocabulary: 41, endOfText: 40, splits: splits,
      duplicates: nil)
    try replaceFile(path + "/manifest.json", bytes: JSON.encode(manifest))
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
