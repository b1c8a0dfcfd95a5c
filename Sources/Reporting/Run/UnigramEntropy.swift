import Formats
import Foundation
import Storage

/// Returns the entropy of one split's tokens alone in nats, −Σ p log p over their frequencies.
///
/// No model that ignores context can be better on this text; a trained model has to be far below.
///
/// - Throws: `FileError` if a token file cannot be read.
func unigramEntropy(domainFolder: String, split: String) throws(FileError) -> Double {
  var counts: [Int32: Int] = [:]
  for name in try names(inFolder: domainFolder)
  where name.hasPrefix("\(split)-") && name.hasSuffix(".tok.zst") {
    let file = try TokenFileReader("\(domainFolder)/\(name)")
    for index in 0..<file.blockCount {
      for token in try file.block(index).values { counts[token, default: 0] += 1 }
    }
  }
  let total = Double(counts.values.reduce(0, +))
  // In the order of the ids: a sum in a dictionary's order would differ from run to run.
  return counts.sorted { $0.key < $1.key }.reduce(0) { entropy, entry in
    let frequency = Double(entry.value) / total
    return entropy - frequency * log(frequency)
  }
}
