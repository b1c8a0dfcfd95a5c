import ArgumentParser
import Constraints
import Mixtures
import Regression
import Search
import Storage
import ToolKit

/// The options on losses that the mixture has to keep.
struct GuardOptions: ParsableArguments {
  @Option(
    name: .customLong("guard"),
    help: .init(
      "A bound on a loss: 'Github <= natural + 0.02', of a set or an objective by a mixture of "
        + "--baselines or a number; several with ; between them, or as several flags.",
      valueName: "bound"),
    transform: GuardOptions.parse)
  var lists: [[GuardText]] = []
  @Option(
    help: .init(
      "Keep them with this probability for one run of each mixture, as errors of the predictions "
        + "tell; at least 0.5, where the prediction alone counts.", valueName: "probability"))
  var confidence: Double?

  var texts: [GuardText] { lists.flatMap { $0 } }

  private static func parse(_ argument: String) throws -> [GuardText] {
    do throws(GuardText.Malformed) { return try GuardText.list(argument) } catch {
      throw ValidationError(error.description)
    }
  }

  func validate() throws {
    if let confidence {
      guard confidence >= 0.5, confidence < 1 else {
        throw ValidationError("--confidence must be at least 0.5 and below 1")
      }
      guard !texts.isEmpty else { throw ValidationError("--confidence belongs to --guard") }
    }
  }

  /// The guards, for the provenance.
  var flags: [String: String] {
    [
      "guard": texts.map(\.description).joined(separator: "; "),
      "confidence": confidence.map { "\($0)" } ?? "",
    ].filter { !$0.value.isEmpty }
  }
}

// The guards with their names resolved.
extension SearchMixture {
  /// Returns the guards on losses of `sets`.
  ///
  /// A mixture is one of `known`; without one of that name, `uniform` has equal weights, and
  /// `natural` those of the tokens there are.
  func lossGuards(
    of sets: EvaluationSets, known: [(id: String, weights: [Double])], _ stock: Inventory,
    _ groups: DomainGroups
  ) throws -> [LossGuard] {
    try guards.texts.map { text in
      let left: Objective
      do {
        left = try namedObjective(text.left, of: sets)
      } catch let error as UsageError {
        throw UsageError("--guard '\(text)': \(error.message)")
      }
      guard left.criteria.count == 1 || (text.side == .atMost && guards.confidence == nil) else {
        throw UsageError(
          "--guard '\(text)': \(text.left) is the largest of several losses, which has no lower "
            + "bound here and no --confidence; name sets")
      }
      guard case .mixture(let name) = text.reference else {
        return LossGuard(text, left: left, reference: nil)
      }
      let weights =
        known.first { $0.id == name }?.weights
        ?? (name == "uniform" ? groups.domains.map { _ in 1 / Double(groups.domains.count) } : nil)
        .map(groups.joined)
        ?? (name == "natural" ? stock.shares(of: groups.domains) : nil).map(groups.joined)
      guard let weights else {
        throw UsageError(
          "--guard '\(text)': \(name) is no mixture of --baselines"
            + (known.isEmpty ? "" : "; \(choices(known.map(\.id), insteadOf: name))")
            + "; write spaces around + and -")
      }
      return LossGuard(text, left: left, reference: weights)
    }
  }

  /// Returns the radii of the guards' margins; 0 without --confidence.
  ///
  /// A guard has to hold on one side, so its radius is that of an interval which misses twice as
  /// often.
  func guardRadii(
    _ bounds: [LossGuard], _ runs: FittedRuns, _ family: FittedFamily, wasChosen: Bool
  ) throws -> [Double] {
    guard let confidence = guards.confidence, confidence > 0.5 else { return bounds.map { _ in 0 } }
    return try bounds.map { bound in
      guard
        let error = PredictionError(
          family, in: runs, objective: bound.left, wasChosen: wasChosen,
          coverage: 2 * confidence - 1)
      else {
        throw UsageError(
          "--confidence: \(family.name) states no errors, and no two runs were held out that "
            + "measured every set of \(bound.left.name)")
      }
      return bound.reference == nil ? error.radius : error.differenceRadius
    }
  }

  /// Refuses --confidence where losses are MDE losses, of which no error is known.
  func refuseConfidence() throws {
    guard guards.confidence == nil else {
      throw UsageError(
        "--confidence: guards on MDE losses have no error; leave it out, or minimise what a "
          + "--regressor predicts")
    }
  }
}
