import Formats
import Parallel
import Storage

/// The documents that a part has, by domain, in the order of the corpus.
///
/// In memory are 9 bytes of each document, and 16 more with its hash, 168 with its signature.
struct DocumentRecord {
  private var domains: [PartDocuments]
  private let duplicates: Duplicates?

  /// - Parameter duplicates: What the merge looks for.
  init(domains: Int, duplicates: Duplicates?) {
    self.domains = Array(repeating: PartDocuments(), count: domains)
    self.duplicates = duplicates
  }

  /// Adds the next document of a domain.
  ///
  /// - Parameter signature: That of its text, where the merge looks for near-duplicates.
  mutating func append(
    domain: Int, file: Int, digest: [UInt8], signature: MinHash?, split: Split
  ) {
    domains[domain].files.append(UInt32(file))
    if duplicates != nil { domains[domain].hashes.append(textKey(digest)) }
    if let signature { domains[domain].signatures.append(signature) }
    domains[domain].splits.append(split.code)
  }

  /// The documents of a domain as they are stored; of each split, `lengths` has the tokens of each.
  func blocks(of domain: Int, lengths: [[UInt32]]) -> [PartDocuments] {
    let all = domains[domain]
    precondition(all.splits.count == lengths.reduce(0) { $0 + $1.count })
    var next = lengths.map(\.startIndex)
    return (0..<all.splits.count).parts(of: PartDocuments.perBlock).map { range in
      var block = PartDocuments()
      block.files = Array(all.files[range])
      if !all.hashes.isEmpty { block.hashes = Array(all.hashes[range]) }
      if !all.signatures.isEmpty { block.signatures = Array(all.signatures[range]) }
      block.splits = Array(all.splits[range])
      block.tokens = block.splits.map { split in
        defer { next[Int(split)] += 1 }
        return lengths[Int(split)][next[Int(split)]]
      }
      return block
    }
  }
}

extension Split {
  /// The number of the split in the record of a part, and of its stream in a builder.
  var code: UInt8 {
    switch self {
    case .train: 0
    case .validation: 1
    case .test: 2
    }
  }
}
