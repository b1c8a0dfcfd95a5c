import Formats
import Glibc

/// The evaluation sets of a run by their names, and what they are for.
package struct EvaluationSets: Sendable {
  /// All sets.
  package let names: [String]
  package let domains: [String]
  package let targets: [String]
  /// The bits per byte that a nat per token is, by set, where that is known.
  package let bitsPerByte: [String: Double]

  /// The end of an objective's name that is in bits per byte.
  static let perByte = "/byte"

  /// - Parameters:
  ///   - domains: The names of the training domains, of which some may have no set.
  ///   - targets: The names of the targets, likewise.
  ///   - bitsPerByte: The bits per byte that a nat per token is, by set.
  package init(
    _ names: [String], domains: [String], targets: [String] = [],
    bitsPerByte: [String: Double] = [:]
  ) {
    (self.names, self.domains, self.targets) = (names, domains, targets)
    self.bitsPerByte = bitsPerByte
  }

  /// The same weights of losses in bits per byte; nil where a set's bytes are not known.
  func perByte(_ weights: [String: Double]) -> [String: Double]? {
    var scaled: [String: Double] = [:]
    for (set, weight) in weights {
      guard let factor = bitsPerByte[set] else { return nil }
      scaled[set] = weight * factor
    }
    return scaled
  }

  /// The sets that bear the name of a training domain.
  package var ofDomains: [String] { names.filter { domains.contains($0) } }
  package var ofTargets: [String] { names.filter { targets.contains($0) } }
  /// The other sets: those of end tasks.
  package var ofTasks: [String] {
    names.filter { !domains.contains($0) && !targets.contains($0) }
  }
}

extension [String: EvaluationData] {
  /// The names of the targets among the sets, sorted.
  package var targets: [String] { filter { $0.value.kind == .target }.keys.sorted() }

  /// The bits per byte that a nat per token is, by set.
  package var bitsPerByte: [String: Double] {
    filter { $0.value.bytes > 0 }.mapValues {
      Double($0.tokens) / (M_LN2 * Double($0.bytes))
    }
  }
}
