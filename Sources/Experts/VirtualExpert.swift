import Formats
import Mixtures
package import Storage

/// A domain made of cached experts without training: p(x) = Σ_i weight_i p_i(x) for each token.
package struct VirtualExpert: Equatable, Sendable {
  package let name: String
  /// The weights by expert, which sum to 1.
  package let parts: [String: Double]

  /// Reads `web=CommonCrawl:0.7+C4:0.3`, or a file of mixtures, each a virtual expert of its id.
  ///
  /// - Throws: `FileError` if the argument is neither, or its weights are no mixture.
  package static func read(_ argument: String) throws(FileError) -> [VirtualExpert] {
    guard let sign = argument.firstIndex(of: "=") else {
      return try MixtureFile(reading: argument).records.map {
        VirtualExpert(name: $0.id, parts: $0.mixture.byName)
      }
    }
    func refuse(_ problem: String) -> FileError { .content(path: argument, problem: problem) }
    var parts: [String: Double] = [:]
    for part in argument[argument.index(after: sign)...].split(
      separator: "+", omittingEmptySubsequences: false)
    {
      let pair = part.split(separator: ":", omittingEmptySubsequences: false)
      guard pair.count == 2, !pair[0].isEmpty, let weight = Double(pair[1]) else {
        throw refuse("\(part) is no part of a virtual expert; write name=A:0.7+B:0.3")
      }
      guard parts.updateValue(weight, forKey: String(pair[0])) == nil else {
        throw refuse("\(pair[0]) is given twice")
      }
    }
    guard sign != argument.startIndex else { throw refuse("has no name before '='") }
    do {
      return [VirtualExpert(name: String(argument[..<sign]), parts: try Mixture(parts).byName)]
    } catch { throw error.at(argument) }
  }
}

/// Returns the log-probability of each token of a document under a mixture of experts, in nats.
///
/// - Parameters:
///   - logProbs: The log-probabilities in nats, by expert, then by token.
///   - weights: The weights by expert.
func mixedLogProbs(_ logProbs: [ArraySlice<Float>], weights: [Double]) -> ArraySlice<Float> {
  let starts = logProbs.map(\.startIndex)
  return logProbs[0].indices.map { t in
    let token = logProbs.indices.map { Double(logProbs[$0][starts[$0] + t - starts[0]]) }
    // To rounding, a mixture of probabilities may be a little more than 1.
    return Float(min(0, mixtureLogProb(token, weights: weights)))
  }[...]
}
