import Formats
import Parallel
import Storage
import Tokenization
import ToolKit

extension TokenizeShards {
  /// Prints documents and bytes of each domain.
  func printSizes() throws {
    let table = try DomainTable(domains ?? "")
    let clusters = try clustering.domains(of: table, pool: WorkerPool(threads: common.threadCount))
    let corpus = try reading.corpus(corpus, of: table, by: clusters)
    var amounts = table.domains.map { _ in TokenManifest.Amount() }
    try common.forEachBatch(of: corpus, as: "count") { documents in
      for document in documents {
        amounts[document.domain].documents += 1
        amounts[document.domain].bytes += document.text.count
      }
    }
    for remark in corpus.remarks { common.note("tokenize-shards: \(remark)") }
    let output = try LineWriter(common.output)
    try output.write("domain\tdocuments\tbytes")
    for (domain, amount) in zip(table.domains, amounts) {
      try output.write("\(domain.name)\t\(amount.documents)\t\(amount.bytes)")
    }
    try output.commit()
  }

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

  /// Tells how many bytes the vocabulary has no token for, as some published ones lack some.
  func noteBytesWithoutToken(_ count: Int, _ tokenizer: Tokenizer) {
    guard count > 0 else { return }
    let became =
      tokenizer.hasUnknownToken
      ? "became the unknown token" : "were left out, as in Hugging Face tokenizers"
    common.note(
      "tokenize-shards: \(self.tokenizer ?? ""): bytes that have no token: \(count); they \(became)"
    )
  }

  /// Tells what was left out because its domain had such a text before.
  func noteDuplicates(_ builder: ShardBuilder, _ manifests: [TokenManifest]) {
    func note(_ what: String, _ counts: [String]) {
      guard !counts.isEmpty else { return }
      common.note("tokenize-shards: \(what): \(counts.joined(separator: ", "))")
    }
    func counts(_ count: (TokenManifest) -> Int?) -> [String] {
      manifests.compactMap { manifest in
        count(manifest).flatMap { $0 > 0 ? "\($0) of \(manifest.domain)" : nil }
      }
    }
    note("texts left out that their domain had before", counts(\.duplicates))
    note("near-duplicates left out", counts(\.nearDuplicates))
    note(
      "texts kept that another domain has a near-duplicate of",
      builder.nearDuplicatesInOthers.map { "\($0.documents) of \($0.domain) in \($0.other)" })
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
