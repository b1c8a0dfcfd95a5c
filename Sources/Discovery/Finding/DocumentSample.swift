/// The documents of the lowest keys, as many as fit into a number of bytes.
///
/// A key is a hash of the text, so this is a random sample of the different texts, and does not
/// depend on the order of files.
package struct DocumentSample: Sendable {
  package struct Document: Sendable {
    /// The first 16 bytes of the text's SHA-256.
    package let key: UInt128
    /// The index of the domain that it was given.
    package let domain: Int
    /// The text's beginning, as far as it decides.
    package let text: [UInt8]
    /// The bytes of all of the text.
    package let bytes: Int
  }

  private let budget: Int
  private var kept: [Document] = []
  private var stored = 0
  /// The key that no later document of the sample reaches.
  private var limit = UInt128.max

  /// - Parameter bytes: The most of text that is kept.
  package init(bytes: Int) { budget = bytes }

  package mutating func add(key: UInt128, domain: Int, text: [UInt8]) {
    guard key < limit else { return }
    let beginning =
      text.count > TermSpace.longestText ? Array(text.prefix(TermSpace.longestText)) : text
    kept.append(Document(key: key, domain: domain, text: beginning, bytes: text.count))
    stored += beginning.count
    if stored > 2 * budget { trim() }
  }

  /// The documents, by key, each text once.
  package var documents: [Document] {
    var sample = self
    sample.trim()
    return sample.kept
  }

  private mutating func trim() {
    kept.sort { $0.key < $1.key }
    var (different, size): ([Document], Int) = ([], 0)
    for document in kept where document.key != different.last?.key {
      size += document.text.count
      guard size <= budget || different.isEmpty else {
        limit = document.key
        break
      }
      different.append(document)
    }
    (kept, stored) = (different, different.reduce(0) { $0 + $1.text.count })
  }
}
