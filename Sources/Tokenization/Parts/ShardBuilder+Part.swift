package import Formats
import Storage

extension ShardBuilder {
  /// Does what `finish` does, and then writes the record of the part that the corpus is.
  ///
  /// A record never stands beside shards that it does not tell of.
  ///
  /// - Throws: `FileError` if a file cannot be read or written.
  package func finish(recording part: CorpusPart) throws -> [TokenManifest] {
    guard let record, let folder = options.folder else {
      preconditionFailure("the builder keeps no record")
    }
    let path = "\(folder)/\(TokenParts.recordName)"
    if isFile(path) { try removeFile(path) }
    let manifests = try finish()
    var inputs: [InputDigest] = []
    for file in part.files.indices { inputs.append(try digest(ofFile: file)) }
    let described = domains.domains.enumerated().map { index, domain in
      TokenPartHeader.Domain(
        name: domain.name, selector: domain.selector.description,
        documents: streams[index].reduce(0) { $0 + $1.amount.documents })
    }
    let header = TokenPartHeader(
      provenance: Provenance(
        format: TokenPartHeader.format, version: TokenPartHeader.version, tool: options.tool,
        flags: options.flags, inputs: inputs),
      part: part.number, parts: part.count, corpus: part.corpus, firstFile: part.range.lowerBound,
      tokenizer: tokenizer.sha256, domains: described, hasHashes: options.duplicates != nil,
      hasSignatures: options.duplicates == .near)
    let blocks = streams.indices.flatMap { domain in
      record.blocks(of: domain, lengths: streams[domain].map(\.lengths))
    }
    try writeTokenPart(path, header: header, blocks: blocks)
    return manifests
  }
}
