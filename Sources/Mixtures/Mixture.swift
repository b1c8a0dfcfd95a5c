package import Formats
package import Storage

/// How much of the training tokens comes from each domain: always a valid point of the simplex.
///
/// A weight belongs to a name, never to a position: `domains` is sorted, whatever order a file has.
package struct Mixture: Equatable, Sendable {
  package let domains: [String]
  /// One for each of `domains`; non-negative, summing to 1.
  package let weights: [Double]
  /// What the weights added up to before they were divided by it.
  package let statedSum: Double

  /// How far from 1 the weights of a file may sum, from rounding in a table or a paper.
  package static let tolerance = 1e-2

  package enum Invalid: Error, Equatable {
    case empty
    case weight(domain: String, value: Double)
    case sum(Double)
    case unknown(domain: String, known: [String])
    case missing(domain: String)
  }

  /// Divides by the sum if it is within `tolerance` of 1; `correction` then says so.
  package init(_ weights: [String: Double]) throws(Invalid) {
    guard !weights.isEmpty else { throw .empty }
    domains = weights.keys.sorted()
    var values: [Double] = []
    for domain in domains {
      let value = weights[domain] ?? 0
      guard value >= 0, value.isFinite else { throw .weight(domain: domain, value: value) }
      values.append(value)
    }
    let sum = values.reduce(0, +)
    guard abs(sum - 1) <= Self.tolerance else { throw .sum(sum) }
    statedSum = sum
    // A sum that is 1 to rounding is left alone, so that writing and reading again changes nothing.
    self.weights = abs(sum - 1) <= 1e-12 ? values : values.map { $0 / sum }
  }

  /// The mixture of `weights` in the order of `domains`; see the other initialiser.
  package init(_ weights: [Double], of domains: NameIndex) throws(Invalid) {
    try self.init(domains.dictionary(weights))
  }

  package static func == (left: Mixture, right: Mixture) -> Bool {
    left.domains == right.domains && left.weights == right.weights
  }

  /// The weight of `domain`; 0 for one that the mixture does not name, which has no share of it.
  package subscript(domain: String) -> Double {
    domains.firstIndex(of: domain).map { weights[$0] } ?? 0
  }

  package var byName: [String: Double] {
    NameIndex(domains).dictionary(weights)
  }

  /// A sentence for a warning, if the weights had to be divided by their sum.
  package var correction: String? {
    abs(statedSum - 1) <= 1e-5 ? nil : "weights sum to \(statedSum); they were divided by it"
  }

  /// The weights in the order of `domains`, which has to hold every name of this mixture.
  ///
  /// - Parameter absentIsZero: a domain that this mixture does not name has weight 0, as in a run
  ///   trained before that domain was added. Otherwise it is an error.
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
  /// The error of the file, and the place in it, that holds the mixture.
  package func at(_ path: String, _ place: String = "") -> FileError {
    .content(path: path, place: place, problem: description)
  }

  package var description: String {
    switch self {
    case .empty: "a mixture without domains"
    case .weight(let domain, let value): "weight of \(domain) is \(value); it must be 0 or more"
    case .sum(let sum):
      "weights sum to \(sum); they must sum to 1 within \(Mixture.tolerance)"
    case .unknown(let domain, let known):
      "unknown domain \(domain); known are \(known.joined(separator: ", "))"
    case .missing(let domain):
      "no weight for domain \(domain); give one, or say that absent domains have weight 0"
    }
  }
}
