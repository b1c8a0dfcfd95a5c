import Formats
import Storage

/// Which documents a builder keeps, and where they go.
extension ShardBuilder {
  /// The documents to tokenize, and where each of them goes.
  func routed(
    _ documents: [Corpus.Document]
  ) throws(FileError) -> [(document: Corpus.Document, stream: ShardStream)] {
    var pieces: [SplitRouter.Piece] = []
    let digests = textDigests(of: documents, pool: pool)
    let signatures =
      options.duplicates == .near ? MinHash.signatures(of: documents, pool: pool) : []
    for (index, (document, digest)) in zip(documents, digests).enumerated() {
      let isKept = deduplicator?.keeps(
        key: textKey(digest), signature: signatures[index], domain: document.domain,
        isHeldOut: router.holdsOut(document, digest: digest))
      guard isKept != false else { continue }
      let found = router.pieces(of: document, digest: digest)
        .filter { options.splits.contains($0.split) }
      if let whole = found.first {
        record?.append(
          domain: document.domain, file: document.file, digest: digest,
          signature: signatures.isEmpty ? nil : signatures[index], split: whole.split)
      }
      pieces += found
    }
    var routed: [(document: Corpus.Document, stream: ShardStream)] = []
    for piece in router.withoutNearDuplicates(pieces) {
      let (document, split) = (piece.document, piece.split)
      guard let stream = streams[document.domain].first(where: { $0.split == split }),
        try !stream.takesFinished(bytes: document.text.count, file: document.file)
      else { continue }
      routed.append((document, stream))
    }
    return routed
  }
}
