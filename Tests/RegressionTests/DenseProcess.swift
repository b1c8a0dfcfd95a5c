import Foundation
import LinearAlgebra
@testable import Regression

/// The process of a state by the covariance of all losses as one matrix: slow, and plain.
struct DenseProcess {
  let state: GaussianProcess.State
  private let entries: [(run: Int, set: Int)]
  private let places: [[Double]]
  private let factor: Cholesky
  private let losses: [Double]

  init?(_ state: GaussianProcess.State) {
    let places = state.features.map { state.warp($0) }
    let entries = state.losses.indices.flatMap { i in
      state.losses[i].indices.filter { state.losses[i][$0] != nil }.map { (run: i, set: $0) }
    }
    var matrix = DenseMatrix(rows: entries.count, columns: entries.count)
    for (a, left) in entries.enumerated() {
      for (b, right) in entries.enumerated() {
        matrix[a, b] = Self.covariance(
          state, left.set, right.set, places[left.run], places[right.run])
        guard left.run == right.run else { continue }
        if let shared = state.shared {
          matrix[a, b] +=
            shared.loadings[left.set] * shared.loadings[right.set] * shared.noiseVariance
        }
        if a == b { matrix[a, b] += state.processes[left.set].noiseVariance }
      }
    }
    guard let factor = Cholesky(matrix) else { return nil }
    (self.state, self.entries, self.places, self.factor) = (state, entries, places, factor)
    losses = entries.map { state.losses[$0.run][$0.set] ?? .nan }
  }

  private static func covariance(
    _ state: GaussianProcess.State, _ t: Int, _ s: Int, _ x: [Double], _ y: [Double]
  ) -> Double {
    func value(_ kernel: GaussianProcessKernel) -> Double {
      kernel.values(DenseMatrix([x], columns: x.count), y)[0]
    }
    let own = t == s ? state.processes[t].variance * value(state.processes[t].kernel) : 0
    guard let shared = state.shared else { return own }
    return own + shared.loadings[t] * shared.loadings[s] * value(shared.kernel)
  }

  var logLikelihood: Double {
    let fit = dot(losses, factor.solve(losses))
    return -0.5 * (fit + factor.logDeterminant + Double(losses.count) * log(2 * .pi))
  }

  func predict(
    _ x: [Double], of criterion: [Double]
  ) -> (mean: Double, variance: Double) {
    let (point, sets) = (state.warp(x), criterion.indices)
    let scaled = zip(criterion, state.standards).map { $0 * $1.scale }
    let values = entries.map { entry in
      sets.reduce(0) {
        $0 + scaled[$1]
          * Self.covariance(state, $1, entry.set, point, places[entry.run])
      }
    }
    var prior = 0.0
    for t in sets {
      for s in sets {
        prior += scaled[t] * scaled[s] * Self.covariance(state, t, s, point, point)
      }
    }
    let explained = factor.whitened(values)
    let level = zip(criterion, state.standards).reduce(0) { $0 + $1.0 * $1.1.mean }
    return (level + dot(values, factor.solve(losses)), prior - dot(explained, explained))
  }
}
