import Formats
import Glibc
import Storage

/// What a builder says of its shards, and where it puts them.
extension ShardBuilder {
  /// - Parameter documents: Their number in a domain's stream.
  func requireDocuments(
    _ documents: (_ domain: Int, _ stream: Int) -> Int
  ) throws(TokenizationError) {
    if options.allowsEmpty { return }
    for (index, domain) in domains.domains.enumerated() {
      let streams = streams[index]
      guard streams.indices.contains(where: { documents(index, $0) > 0 }) else {
        throw .domain(
          domain.name,
          problem:
            "no document of the corpus is of it; "
            + "correct its selector in \(domains.path), or give --allow-empty")
      }
      for (number, stream) in streams.enumerated()
      where documents(index, number) == 0 && options.rule.hasDocuments(stream.split) {
        throw .domain(
          domain.name,
          problem:
            "no document falls into its \(stream.split.rawValue) split; "
            + "\(options.rule.remedy(stream.split)), or give --allow-empty")
      }
    }
  }

  /// Puts a domain's shards and then its manifest in place.
  ///
  /// An older manifest never stands beside newer shards.
  func place(
    _ manifest: TokenManifest, of domain: Int, in folder: String
  ) throws(FileError) {
    let (path, bytes) = ("\(folder)/manifest.json", JSON.encode(manifest) + [10])
    if isFile(path), try readFile(path) != bytes { try remove(path) }
    for stream in streams[domain] { try stream.placeShards() }
    let present = Set(manifest.splits.values.flatMap(\.shards).map(\.name))
    try removeFiles(in: folder) { $0.hasSuffix(".tok.zst") && !present.contains($0) }
    try replaceFile(path, keepIfEqual: true, bytes: bytes)
  }

  /// The header of a shard with documents from `files`.
  func header(of domain: Int, _ split: Split, files: Set<Int>) throws(FileError) -> TokenHeader {
    TokenHeader(
      provenance: try provenance(TokenHeader.format, TokenHeader.version, of: domain, files: files),
      tokenizer: tokenizer.sha256, vocabulary: tokenizer.vocabularySize, endOfText: endOfText,
      domain: domains.domains[domain].name, split: split.rawValue, kind: options.kind)
  }

  func manifest(of domain: Int) throws(FileError) -> TokenManifest {
    var splits: [String: TokenManifest.Split] = [:]
    var files: Set<Int> = []
    for stream in streams[domain] {
      splits[stream.split.rawValue] = .init(amount: stream.amount, shards: stream.shards)
      files.formUnion(stream.files)
    }
    return TokenManifest(
      provenance: try provenance(
        TokenManifest.format, TokenManifest.version, of: domain, files: files),
      domain: domains.domains[domain].name, tokenizer: tokenizer.sha256,
      vocabulary: tokenizer.vocabularySize, endOfText: endOfText, splits: splits,
      duplicates: duplicates?[domain].exact,
      nearDuplicates: options.duplicates == .near && !options.isPart
        ? duplicates?[domain].near : nil,
      heldOut: options.splits.contains(.train) ? leftOut(of: domain) : nil, kind: options.kind)
  }

  /// The documents, by domain, that were kept and have a near-duplicate in another domain that came
  /// before; of merged parts they are not known.
  package var nearDuplicatesInOthers: [(domain: String, other: String, documents: Int)] {
    (duplicates ?? []).enumerated().flatMap { domain, counts in
      counts.inOthers.sorted { $0.key < $1.key }.map { other, documents in
        (domains.domains[domain].name, domains.domains[other].name, documents)
      }
    }
  }

  private func leftOut(of domain: Int) -> TokenManifest.HeldOut? {
    options.rule.plan.map { plan in
      var leftOut = router.leftOut[domain]
      leftOut.bytesLeftOut = plan.domains[domain].bytesLeftOut
      return leftOut
    }
  }

  /// The digest of a file of the corpus, which is read for it once.
  func digest(ofFile file: Int) throws(FileError) -> InputDigest {
    if let known = digests[file] { return known }
    let digest = try InputDigest(file: corpusFiles[file])
    digests[file] = digest
    return digest
  }

  private func provenance(
    _ format: String, _ version: Int, of domain: Int, files: Set<Int>
  ) throws(FileError) -> Provenance {
    var inputs: [InputDigest] = []
    // Streams cannot be read again for their hash, and are not named.
    for file in files.sorted() where options.folder != nil && !isStream(corpusFiles[file]) {
      inputs.append(try digest(ofFile: file))
    }
    var flags = options.flags
    flags["selector"] = domains.domains[domain].selector.description
    return Provenance(
      format: format, version: version, tool: options.tool, flags: flags, inputs: inputs)
  }
}

func removeFiles(
  in folder: String, where isRemoved: (String) -> Bool
) throws(FileError) {
  for name in try names(inFolder: folder) where isRemoved(name) { try remove("\(folder)/\(name)") }
}

private func remove(_ path: String) throws(FileError) {
  if unsafe unlink(path) < 0 { throw .system(path: path, action: "remove", code: errno) }
}
