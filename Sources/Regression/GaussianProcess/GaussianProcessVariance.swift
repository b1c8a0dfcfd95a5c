import LinearAlgebra

extension GaussianProcessPredictor {
  /// How much u counts in Σ_t c_t f_t.
  func sharedLoading(_ criterion: [Double]) -> Double {
    shared.map { dot(criterion, $0.process.loadings) } ?? 0
  }

  /// Returns the variance of the noise of Σ_t c_t y_t in one more run: what moves its losses
  /// together, and each for itself.
  func noise(of criterion: [Double]) -> Double {
    let loading = sharedLoading(criterion)
    let own = zip(criterion, processes).reduce(0) { $0 + $1.0 * $1.0 * $1.1.noiseVariance }
    let together = zip(criterion, processes).reduce(0) { $0 + $1.0 * $1.1.noise }
    return (1 - correlation) * own + correlation * together * together
      + loading * loading * (shared?.process.noiseVariance ?? 0)
  }

  /// Returns the variance of Σ_t c_t f_t.
  ///
  /// - Parameter criterion: the weights c, by set.
  func variance(_ point: [Double], of criterion: [Double]) -> Double {
    guard let shared else { return ownVariance(point, of: criterion) }
    let loading = sharedLoading(criterion)
    let values = shared.process.kernel.values(z, point)
    var rest = loading * loading * shared.process.kernel.variance
    var sum = [Double](repeating: 0, count: z.rows)
    for (t, block) in blocks.enumerated() {
      let (c, process) = (criterion[t], processes[t])
      let weight = loading * shared.process.loadings[t]
      rest += c * c * process.variance * process.kernel.variance
      let own = c == 0 ? nil : process.kernel.values(z, point)
      var whole = [Double](repeating: 0, count: z.rows)
      for i in block.rows {
        whole[i] = weight * values[i] + (own.map { c * process.variance * $0[i] } ?? 0)
      }
      let explained = block.factor.whitened(block.rows.map { whole[$0] })
      rest -= dot(explained, explained)
      addProduct(&sum, block.solve(whole), shared.process.loadings[t])
    }
    let explained = shared.block.factor.whitened(sum)
    return max(0, rest + dot(explained, explained))
  }

  /// The variance where no process is shared, from those V_t of single sets: (1 − ρ) Σ_t c_t² V_t +
  /// ρ (Σ_t c_t √V_t)².
  private func ownVariance(_ point: [Double], of criterion: [Double]) -> Double {
    var (sum, together) = (0.0, 0.0)
    for (t, block) in blocks.enumerated() where criterion[t] != 0 {
      let process = processes[t]
      let values = process.kernel.values(z, point)
      let explained = block.factor.whitened(block.rows.map { process.variance * values[$0] })
      let variance = max(
        0, process.variance * process.kernel.variance - dot(explained, explained))
      sum += criterion[t] * criterion[t] * variance
      together += criterion[t] * variance.squareRoot()
    }
    return (1 - correlation) * sum + correlation * together * together
  }
}
