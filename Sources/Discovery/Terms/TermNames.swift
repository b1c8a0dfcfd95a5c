import Formats
import Foundation

/// The words that tell each cluster from the rest.
///
/// A word counts once in a document. Its log-odds in the cluster, over those in the rest, have the
/// frequencies of all documents as their prior, and are divided by their standard error and
/// multiplied by the word's inverse document frequency, so that neither rare words nor those of all
/// texts come first.
/// Source: Monroe, Colaresi, Quinn 2008, doi:10.1093/pan/mpn018, equations 16 and 22.
struct TermNames {
  /// The words of each cluster, those that tell most first.
  let words: [[String]]

  /// The documents that the prior is worth, in words; words of a cluster and of the sample below
  /// and above these shares of documents are no names; words looked up, and kept.
  private static let (prior, rarest, commonest, candidates, kept) = (1000.0, 0.05, 0.4, 80, 12)
  /// The documents of a cluster that words are looked up in.
  private static let lookedIn = 400

  init(_ terms: TermCounts, texts: [[UInt8]], assigned: [Int], clusters: Int) {
    var inside = [[Double]](
      repeating: [Double](repeating: 0, count: terms.buckets.count), count: clusters)
    var documents = [Double](repeating: 0, count: clusters)
    for (document, cluster) in assigned.enumerated() {
      documents[cluster] += 1
      terms.counts.forEachEntry(ofRow: document) { row, _ in inside[cluster][Int(row)] += 1 }
    }
    let all = terms.documents.map(Double.init)
    let total = all.reduce(0, +)
    let rows = TermSpace.rows(of: terms.buckets)
    words = (0..<clusters).map { cluster in
      let sum = inside[cluster].reduce(0, +)
      let scored = all.indices.compactMap { row -> (score: Double, row: Int)? in
        let (here, rest) = (inside[cluster][row], all[row] - inside[cluster][row])
        guard here >= max(2, Self.rarest * documents[cluster]),
          all[row] <= max(here, Self.commonest * Double(assigned.count))
        else { return nil }
        let prior = Self.prior * all[row] / total
        let odds =
          log((here + prior) / (sum + Self.prior - here - prior))
          - log((rest + prior) / (total - sum + Self.prior - rest - prior))
        let score = odds / (1 / (here + prior) + 1 / (rest + prior)).squareRoot()
        return (score * log((1 + Double(assigned.count)) / all[row]), row)
      }
      let best = scored.filter { $0.score > 0 }
        .sorted { ($1.score, $0.row) < ($0.score, $1.row) }.prefix(Self.candidates).map(\.row)
      let members = assigned.indices.filter { assigned[$0] == cluster }.prefix(Self.lookedIn)
      let spelled = Self.spellings(of: Set(best), rows: rows, in: members.map { texts[$0] })
      return Self.distinct(best.compactMap { spelled[$0] })
    }
  }

  /// The commonest word of each of the rows in `texts`.
  private static func spellings(
    of wanted: Set<Int>, rows: [Int32], in texts: [[UInt8]]
  ) -> [Int: String] {
    var counts: [Int: [String: Int]] = [:]
    for text in texts {
      let text = Array(text.prefix(TermSpace.longestText))
      for term in terms(of: text) {
        let row = Int(rows[term.bucket])
        guard wanted.contains(row), let first = text[term.range].first, isLetter(first) else {
          continue
        }
        counts[row, default: [:]][
          String(decoding: text[term.range], as: UTF8.self).lowercased(), default: 0] += 1
      }
    }
    return counts.compactMapValues { $0.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key }
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    byte >= 0x80 || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
  }

  /// The words, without those of two letters and other forms of one before.
  private static func distinct(_ words: [String]) -> [String] {
    var kept: [String] = []
    for word in words where word.count > 2 && kept.count < Self.kept {
      if !kept.contains(where: { isForm(word, $0) }) { kept.append(word) }
    }
    return kept
  }

  private static func isForm(_ a: String, _ b: String) -> Bool {
    let shared = zip(a, b).prefix { $0 == $1 }.count
    return shared >= min(5, a.count, b.count)
  }
}

/// A name for each cluster of its first words, `theorem-lemma-proof`: plain, and no two alike.
///
/// Words are written without accents; of clusters without such words the name is `topic-N`.
func names(ofWords words: [[String]]) -> [String] {
  var used: Set<String> = []
  return words.enumerated().map { index, words in
    let plain = words.compactMap(plainWord)
    var candidates: [String] = []
    for last in plain.indices.dropFirst(2) {
      candidates.append((plain.prefix(2) + [plain[last]]).joined(separator: "-"))
    }
    if !plain.isEmpty { candidates.append(plain.prefix(3).joined(separator: "-")) }
    let base = plain.isEmpty ? "topic" : plain.prefix(3).joined(separator: "-")
    let numbered = (plain.isEmpty ? index + 1 : 2)...
    let name =
      candidates.first { !used.contains($0) }
      ?? numbered.lazy.map { "\(base)-\($0)" }.first { !used.contains($0) } ?? base
    used.insert(name)
    return name
  }
}

/// The word in letters from a to z; nil where it has others, or is too long for a name, or begins
/// as what models of another seed are named by.
private func plainWord(_ word: String) -> String? {
  let plain = word.folding(options: [.diacriticInsensitive], locale: nil)
  let isPlain = plain.utf8.allSatisfy { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 }
  return isPlain && 3...16 ~= plain.count && !plain.hasPrefix("seed") ? plain : nil
}
