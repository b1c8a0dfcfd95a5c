import Formats

/// The signatures of the texts that are kept, found by their bands: locality-sensitive hashing
/// (Indyk and Motwani 1998, doi:10.1145/276698.276876).
///
/// In memory are 170 bytes of each kept text, and 14 entries of 8 bytes in a table that is filled
/// to between .35 and .7: 330 to 490 bytes a text.
struct NearDuplicateIndex {
  /// Texts are near-duplicates from this share of common runs of words on, as estimated: that of
  /// SlimPajama (https://huggingface.co/datasets/cerebras/SlimPajama-627B).
  static let similarity = 0.8
  /// Once so many texts of a domain agree in a band, no more are entered by it: they share a
  /// template, and their other bands tell them apart.
  private static let mostOfBand = 64

  private struct Entry {
    /// The hash of the band, 0 where nothing is.
    var key: UInt32 = 0
    var text: UInt32 = 0
  }

  private var signatures: [MinHash] = []
  private var domains: [UInt16] = []
  private var table = [Entry](repeating: Entry(), count: 1 << 10)
  private var entries = 0

  /// What is known of a text when it comes.
  struct Finding {
    /// Whether its domain has a near-duplicate of it.
    var isRepeated = false
    /// Whether another domain has, by the domain.
    var others: Set<Int> = []
  }

  /// Looks for near-duplicates of a text among those kept before, and keeps it if its domain has
  /// none, or if `isKept`.
  mutating func add(_ text: MinHash, domain: Int, isKept: Bool = false) -> Finding {
    var finding = Finding()
    guard text.hasWords else { return finding }
    var isFull = InlineArray<14, Bool>(repeating: false)
    for band in 0..<MinHash.bands {
      var own = 0
      forEachText(text.keys[band]) { other in
        let domainOfOther = Int(domains[other])
        if domainOfOther == domain { own += 1 }
        guard text.similarity(to: signatures[other]) >= Self.similarity else { return }
        if domainOfOther == domain {
          finding.isRepeated = true
        } else {
          finding.others.insert(domainOfOther)
        }
      }
      isFull[band] = own >= Self.mostOfBand
    }
    guard isKept || !finding.isRepeated else { return finding }
    for band in 0..<MinHash.bands where !isFull[band] {
      insert(Entry(key: text.keys[band], text: UInt32(signatures.count)))
    }
    signatures.append(text)
    domains.append(UInt16(domain))
    return finding
  }

  private func place(of key: UInt32) -> Int {
    Int(truncatingIfNeeded: (UInt64(key) &* 0x9E37_79B9_7F4A_7C15) >> 20) & (table.count - 1)
  }

  private func forEachText(_ key: UInt32, _ body: (Int) -> Void) {
    var place = place(of: key)
    while table[place].key != 0 {
      if table[place].key == key { body(Int(table[place].text)) }
      place = (place + 1) & (table.count - 1)
    }
  }

  private mutating func insert(_ entry: Entry) {
    if 10 * entries >= 7 * table.count { grow() }
    var place = place(of: entry.key)
    while table[place].key != 0 { place = (place + 1) & (table.count - 1) }
    table[place] = entry
    entries += 1
  }

  private mutating func grow() {
    let old = table
    table = Array(repeating: Entry(), count: 2 * old.count)
    entries = 0
    for entry in old where entry.key != 0 { insert(entry) }
  }
}
