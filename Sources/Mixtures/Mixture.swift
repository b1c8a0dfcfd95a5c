package import Formats
package import Storage

/// The share of the training tokens from each domain: always a valid point of the simplex.
///
/// A weight belongs to a name, never to a position: `domains` is sorted, whatever order a file has.
package struct Mixture: Equatable, Sendable {
  package let domains: [String]
  /// The weights, one for each of `domains`, non-negative and summing to 1.
  package let weights: [Double]
  /// The sum of the weights before they were divided by it.
  package let statedSum: Double

  /// The most by which the sum of a file's weights may differ from 1, as in a rounded table.
  package static let tolerance = 1e-2

  package enum Invalid: Error, Equatable {
    case empty
    case weight(domain: String, value: Double)
    case sum(Double)
    case unknown(domain: String, known: [String])
    case missing(domain: String)
  }

  /// Creates the mixture of `weights`, which are divided by their sum.
  ///
  /// If the sum was not 1, `correction` says so.
  ///
  /// - Parameter tolerance: The most by which the sum may differ from 1; infinite for any above 0.
  /// - Throws: `Invalid` if there are no weights, one is negative or not finite, or the sum differs
  ///   from 1 by more than `tolerance`.
  package init(
    _ weights: [String: Double], tolerance: Double = Self.tolerance
  ) throws(Invalid) {
    guard !weights.isEmpty else { throw .empty }
    let sorted = weights.sorted { $0.key < $1.key }
    domains = sorted.map(\.key)
    var values: [Double] = []
    for (domain, value) in sorted {
      guard value >= 0, value.isFinite else { throw .weight(domain: domain, value: value) }
      values.append(value)
    }
    let sum = values.reduce(0, +)
    guard sum > 0, sum.isFinite, abs(sum - 1) <= tolerance else { throw .sum(sum) }
    statedSum = sum
    // A sum that is 1 to rounding is left alone, so that writing and reading again changes nothing.
    self.weights = abs(sum - 1) <= 1e-12 ? values : values.map { $0 / sum }
  }

  /// Creates the mixture of `weights`, which are in the order of `domains`.
  ///
  /// - Throws: `Invalid` for weights that the other initialiser refuses.
  package init(
    _ weights: [Double], of domains: NameIndex, tolerance: Double = Self.tolerance
  ) throws(Invalid) {
    try self.init(domains.dictionary(weights), tolerance: tolerance)
  }

  package static func == (left: Mixture, right: Mixture) -> Bool {
    left.domains == right.domains && left.weights == right.weights
  }

  /// The weight of `domain`; 0 for a domain that the mixture does not name.
  package subscript(domain: String) -> Double {
    domains.firstIndex(of: domain).map { weights[$0] } ?? 0
  }

  package var byName: [String: Double] {
    NameIndex(domains).dictionary(weights)
  }

  /// A sentence for a warning if the weights had to be divided by their sum; else nil.
  package var correction: String? {
    abs(statedSum - 1) <= 1e-5 ? nil : "weights sum to \(statedSum); they were divided by it"
  }

  /// Returns the weights in the order of `domains`, which has to hold every name of this mixture.
  ///
  /// - Parameter absentIsZero: Whether a domain that this mixture does not name has weight 0, as in
  ///   a run trained before that domain was added; else it is an error.
  /// - Throws: `Invalid.unknown` if `domains` lacks a name of this mixture, or `Invalid.missing` if
  ///   this mixture lacks one of `domains`.
  package func weights(
    over domains: [String], absentIsZero: Bool = false
  ) throws(Invalid) -> [Double] {
    for domain in self.domains where !domains.contains(domain) {
      throw .unknown(domain: domain, known: domains)
    }
    let byName = byName
    var ordered: [Double] = []
    for domain in domains {
      guard let weight = byName[domain] ?? (absentIsZero ? 0 : nil) else {
        throw .missing(domain: domain)
      }
      ordered.append(weight)
    }
    return ordered
  }
}

extension Mixture.Invalid {
  /// Returns this as an error of a run in the file, and the place in it.
  package func ofRun(_ path: String, _ place: String) -> FileError {
    guard case .sum(let sum) = self, sum > 0 else { return at(path, place) }
    return .content(
      path: path, place: place,
      problem: "\(description); correct them, or have fit-regressor divide them by it with "
        + "--normalize-weights")
  }

  /// Returns this as an error of the file, and the place in it, that holds the mixture.
  package func at(_ path: String, _ place: String = "") -> FileError {
    .content(path: path, place: place, problem: description)
  }

  package var description: String {
    switch self {
    case .empty: "a mixture without domains"
    case .weight(let domain, let value) where value.isNaN:
      "weight of \(domain) is missing; write 0 where there is none of it"
    case .weight(let domain, let value): "weight of \(domain) is \(value); it must be 0 or more"
    case .sum(let sum):
      "weights sum to \(sum); they must sum to 1 within \(Mixture.tolerance)"
    case .unknown(let domain, let known):
      "unknown domain \(domain); \(choices(known, insteadOf: domain))"
    case .missing(let domain):
      "no weight for domain \(domain); give one, or say that absent domains have weight 0"
    }
  }
}
