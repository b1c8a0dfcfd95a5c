import Glibc

/// Returns the log-probability of one token under a mixture of experts: `log Σ_k w_k exp(ℓ_k)`.
///
/// - Parameters:
///   - logProbs: The log-probabilities ℓ of the token by each expert, in nats.
///   - weights: The weights w, non-negative; an expert of weight 0 may have ℓ = −∞.
/// - Returns: The log-probability in nats, or −∞ if no expert of positive weight allows the token.
package func mixtureLogProb(_ logProbs: some Collection<Double>, weights: [Double]) -> Double {
  precondition(logProbs.count == weights.count)
  var peak = -Double.infinity
  for (l, w) in zip(logProbs, weights) where w > 0 { peak = max(peak, l) }
  guard peak > -.infinity else { return peak }
  var total = 0.0  // of terms in [0, 1], one of them equal to its weight: no underflow
  for (l, w) in zip(logProbs, weights) where w > 0 { total += w * exp(l - peak) }
  return peak + log(total)
}

/// Returns the loss of one document under β-MDE in nats; it is the fast kernel's reference.
///
///     p(x_t | x_<t) = Σ_i λ'_i p_i(x_t | x_<t),   λ'_i ∝ λ_i exp(β Σ_{s<t} log p_i(x_s))
///
/// β = 0 is the plain mixture of data experts. β = 1 weighs every expert by how well it has
/// foretold the document so far, which is the Bayes mixture of the experts as models of whole
/// documents.
///
/// - Parameter logProbs: The log-probabilities in nats, by expert, then by token.
package func referenceDocumentLoss(
  _ logProbs: [[Float]], weights: [Double], beta: Double
) -> Double {
  var loss = 0.0
  var history = [Double](repeating: 0, count: logProbs.count)  // Σ_{s<t} log p_i(x_s)
  for t in 0..<(logProbs.first?.count ?? 0) {
    let evidence = history.map { beta * $0 }
    let joint = logProbs.indices.map { evidence[$0] + Double(logProbs[$0][t]) }
    loss -=
      mixtureLogProb(joint, weights: weights) - mixtureLogProb(evidence, weights: weights)
    for i in logProbs.indices { history[i] += Double(logProbs[i][t]) }
  }
  return loss
}
