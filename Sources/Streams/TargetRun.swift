package import Formats

/// The run that smaller ones stand for, its proxies: how long it is, and what it has to learn from.
///
/// A run of T tokens reads a domain of A tokens λ T / A times, and a proxy of t tokens reads a pool
/// of P tokens λ t / P times. With P = A t / T a proxy repeats every domain as often as the target,
/// whatever the mixture is; with all that is at hand it repeats T / t times less, and finds small
/// domains better than they will be. The same pool is that of a domain's expert: it then knows what
/// the domain has for the mixtures, and repeats it as a target run on that domain alone would.
package struct TargetRun: Equatable, Sendable {
  /// The number T of tokens that the run trains on.
  package let tokens: Int
  /// The number A of tokens that it has of a domain; of others it has what their files hold.
  package let available: [String: Double]

  package init(tokens: Int, available: [String: Double] = [:]) {
    precondition(tokens > 0)
    (self.tokens, self.available) = (tokens, available)
  }

  /// Returns the number of tokens that a proxy of `proxyTokens` may see of each domain: no more
  /// than the target has.
  package func pools(_ folders: [TokenFolder], proxyTokens: Int) -> [String: Int] {
    let share = min(1, Double(proxyTokens) / Double(tokens))
    var pools: [String: Int] = [:]
    for folder in folders {
      let available = available[folder.domain] ?? Double(folder.tokens("train"))
      pools[folder.domain] = Int((available * share).rounded())
    }
    return pools
  }
}
