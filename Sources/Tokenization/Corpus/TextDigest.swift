package import Parallel
import Storage

/// The SHA-256 of each text.
package func textDigests(of documents: [Corpus.Document], pool: WorkerPool) -> [[UInt8]] {
  let digests = documents.map { _ in LockedValue<[UInt8]>([]) }
  pool.run(tasks: documents.count) { task, _ in
    digests[task].value = sha256Digest(documents[task].text)
  }
  return digests.map(\.value)
}

/// What stands for a text with this SHA-256 where texts are compared: its first 16 bytes.
package func textKey(_ digest: [UInt8]) -> UInt128 {
  digest.prefix(16).reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
}
