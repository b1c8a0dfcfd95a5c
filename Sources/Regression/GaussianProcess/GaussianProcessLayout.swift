import Glibc

/// The order of hyper-parameters in the vector that is optimised, with their priors.
///
/// The vector has the logarithms of the warp's power and offset; by set, those of ℓ, c, a and σ;
/// where the sets learn from each other, by `Relation` the means of log ℓ from where its priors
/// start; and where they share a process, the logarithms of its ℓ, c and τ, and the loadings w.
struct GaussianProcessLayout: Sendable {
  let sets: Int
  let features: Int
  /// How every feature is related to every set, (sets, features); nil where sets do not learn from
  /// each other.
  let relations: [[GaussianProcess.Relation]]?
  /// Whether the sets share a process.
  let isShared: Bool

  /// The number of hyper-parameters of the warp, and of one set.
  private static let warp = 2
  private var size: Int { features + 3 }
  private var means: Int { Self.warp + sets * size }
  /// The number of means of log ℓ.
  var relationCount: Int { relations == nil ? 0 : GaussianProcess.Relation.allCases.count }
  private var shared: Int { means + relationCount }

  func process(_ x: [Double], of set: Int) -> GaussianProcessSet {
    let first = Self.warp + set * size
    return GaussianProcessSet(
      kernel: kernel(x, at: first), amplitude: exp(x[first + features + 1]),
      noise: exp(x[first + features + 2]))
  }

  /// Returns what all sets share; nil if they share no process.
  func shared(_ x: [Double]) -> GaussianProcessShared? {
    guard isShared else { return nil }
    return GaussianProcessShared(
      kernel: kernel(x, at: shared), noise: exp(x[shared + features + 1]),
      loadings: Array(x[(shared + features + 2)...]))
  }

  private func kernel(_ x: [Double], at first: Int) -> GaussianProcessKernel {
    GaussianProcessKernel(
      lengthScales: x[first..<first + features].map { exp($0) },
      constant: exp(x[first + features]))
  }

  /// The independent normal priors by place in the vector, which the means of log ℓ move: most
  /// features matter little, most of the spread is explained, and noise is small but may be
  /// anything within a few orders of magnitude.
  ///
  /// The scale of lengths grows with the square root of the number of features, as distances do.
  /// Source: Hvarfner, Hellsten, Nardi, Vanilla Bayesian Optimization Performs Great in High
  /// Dimensions, 2024, section 5.
  ///
  /// The prior of a mean of log ℓ counts as much as all lengths of its relation: what most lengths
  /// say of themselves is that longer ones do no harm, and without it none would be held back.
  var priors: [NormalPrior] {
    let length = log(2.2 * Double(max(1, features)).squareRoot())
    func many(_ count: Int, _ mean: Double, _ deviation: Double) -> [NormalPrior] {
      [NormalPrior](repeating: NormalPrior(mean: mean, deviation: deviation), count: count)
    }
    var priors = many(1, log(0.3), 0.5) + many(1, log(5e-4), 1)
    for set in 0..<sets {
      for k in 0..<features { priors += many(1, length + (relations?[set][k].shift ?? 0), 1) }
      priors += many(1, 0, 1) + many(1, -1, 1) + many(1, -3, 1.5)
    }
    for relation in GaussianProcess.Relation.allCases.prefix(relationCount) {
      let count = relations?.joined().count { $0 == relation } ?? 0
      priors += many(1, 0, 1 / Double(max(1, count)).squareRoot())
    }
    guard isShared else { return priors }
    return priors + many(features, length, 1) + many(1, 0, 1) + many(1, -3, 1.5)
      + many(sets, 0, 1)
  }

  /// Returns −log density of the priors without its constant, and its gradient.
  func penalty(_ x: [Double]) -> (value: Double, gradient: [Double]) {
    var (value, gradient) = (0.0, [Double](repeating: 0, count: x.count))
    for (i, prior) in priors.enumerated() {
      let mean = meanPlace(of: i)
      let penalty = prior.penalty(x[i] - (mean.map { x[$0] } ?? 0))
      value += penalty.value
      gradient[i] += penalty.slope
      if let mean { gradient[mean] -= penalty.slope }
    }
    return (value, gradient)
  }

  /// The place of the mean that moves the prior of place `i`; nil where there is none.
  private func meanPlace(of i: Int) -> Int? {
    guard let relations, i >= Self.warp, i < means else { return nil }
    let (set, k) = ((i - Self.warp) / size, (i - Self.warp) % size)
    return k < features ? means + relations[set][k].rawValue : nil
  }

  /// Returns the priors' means, with the loadings `loadings` where a process is shared.
  func start(loadings: [Double]) -> [Double] {
    var x = priors.map(\.mean)
    if isShared { x.replaceSubrange((shared + features + 2)..., with: loadings) }
    return x
  }
}

/// A normal prior of one hyper-parameter.
struct NormalPrior: Sendable {
  let mean: Double
  let deviation: Double

  /// Returns −log density without its constant, and its derivative.
  func penalty(_ x: Double) -> (value: Double, slope: Double) {
    let z = (x - mean) / deviation
    return (0.5 * z * z, z / deviation)
  }
}
