import Glibc
import Mixtures

/// A law of the loss in the weights λ, the number of parameters N and that of tokens D:
///
///     L = E + exp(A(λ)) (N/N₀)^−α + exp(B(λ)) (D/D₀)^−β + exp(C(λ))
///
/// A, B and C are linear in λ or constant, as the form says. With all three linear it is a joint
/// law, in which the best mixture may move with the scale; with constant A and B it is additive,
/// and only the level moves.
/// Source: Hoffmann et al., Training Compute-Optimal Large Language Models, 2022, equation 2, and
/// the additive and joint laws of Shukor et al., Scaling Laws for Optimal Data Mixtures, 2025, with
/// exponentials of linear functions of the weights.
struct ScaleLaw: Equatable, Sendable {
  /// What of a law depends on the weights.
  enum Form: String, Codable, Sendable {
    /// Nothing: E, and terms in N and D.
    case level
    /// C alone.
    case additive
    /// A, B and C.
    case joint
  }

  /// The places of a law's parameters in one vector: log α, log β, log E, then A, B and C.
  struct Layout: Equatable, Sendable {
    let form: Form
    let domains: Int

    /// The numbers of parameters of A, B and C: one for each domain, 1 for a constant.
    var sizes: [Int] {
      switch form {
      case .level: [1, 1, 0]
      case .additive: [1, 1, domains]
      case .joint: [domains, domains, domains]
      }
    }

    /// The places of the parameters of A, B and C.
    var terms: [Range<Int>] {
      var start = 3
      return sizes.map { size in
        defer { start += size }
        return start..<start + size
      }
    }

    var count: Int { 3 + sizes.reduce(0, +) }
  }

  static let (logAlpha, logBeta, logFloor) = (0, 1, 2)

  let layout: Layout
  /// N₀ and D₀.
  let reference: ModelScale
  /// The parameters, in the order of the layout.
  var values: [Double]

  /// A loss with its derivatives.
  struct Slopes: Sendable {
    var loss: Double
    /// The derivatives by the parameters of the law.
    var values: [Double]
    /// The first and second derivatives by the weights, (k) and (k, k).
    var weights: [Double]
    var curvature: [Double]
  }

  /// The three terms that E is added to.
  private func terms(_ weights: [Double], _ scale: ModelScale) -> [Double] {
    let powers = [
      -exp(values[Self.logAlpha]) * log(scale.parameters / reference.parameters),
      -exp(values[Self.logBeta]) * log(scale.tokens / reference.tokens), 0,
    ]
    return zip(layout.terms, powers).map { range, power in
      guard !range.isEmpty else { return 0 }
      return exp(min(Self.exponent(values, range, weights) + power, Self.largestExponent))
    }
  }

  /// Far above any loss; a larger exponent is cut off.
  static let largestExponent = 30.0

  static func exponent(_ values: [Double], _ range: Range<Int>, _ weights: [Double]) -> Double {
    guard range.count > 1 || weights.count == 1 else { return values[range.lowerBound] }
    var sum = 0.0
    for (place, weight) in zip(range, weights) { sum += values[place] * weight }
    return sum
  }

  func loss(_ weights: [Double], _ scale: ModelScale) -> Double {
    exp(values[Self.logFloor]) + terms(weights, scale).reduce(0, +)
  }

  func slopes(_ weights: [Double], _ scale: ModelScale) -> Slopes {
    let (floor, terms) = (exp(values[Self.logFloor]), terms(weights, scale))
    let k = weights.count
    var result = Slopes(
      loss: floor + terms.reduce(0, +), values: values.map { _ in 0 },
      weights: weights.map { _ in 0 }, curvature: [Double](repeating: 0, count: k * k))
    result.values[Self.logFloor] = floor
    result.values[Self.logAlpha] =
      -terms[0] * exp(values[Self.logAlpha]) * log(scale.parameters / reference.parameters)
    result.values[Self.logBeta] =
      -terms[1] * exp(values[Self.logBeta]) * log(scale.tokens / reference.tokens)
    for (range, term) in zip(layout.terms, terms) where !range.isEmpty {
      if range.count == 1, k != 1 {
        result.values[range.lowerBound] = term
        continue
      }
      for i in 0..<k {
        let slope = values[range.lowerBound + i]
        result.values[range.lowerBound + i] = term * weights[i]
        result.weights[i] += term * slope
        for j in 0..<k {
          result.curvature[i * k + j] += term * slope * values[range.lowerBound + j]
        }
      }
    }
    return result
  }
}
