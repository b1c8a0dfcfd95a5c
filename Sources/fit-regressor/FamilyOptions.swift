import ArgumentParser
import Regression
import Storage
import ToolKit

/// The options that say which families to fit, and with what.
struct FamilyOptions: ParsableArguments {
  @Option(
    help: .init(
      "Family to search with; by default mde-trend, or one that is better beyond noise.",
      valueName: "name"))
  var family: String?
  @Option(
    parsing: .upToNextOption,
    help: .init(
      "Families to fit, or 'all'; by default "
        + "\(FamilyRegistry.defaultNames.joined(separator: ", ")).",
      valueName: "name"))
  var families: [String] = []
  @Flag(help: "Of these only the families that see MDE features.") var mdeOnly = false
  @Option(help: .init("Added to a weight before its logarithm is a feature.", valueName: "weight"))
  var logFloor = 0.01

  @Option(
    help: .init(
      "R* of law-repeat: all repeats together are worth so many epochs; by default fitted.",
      valueName: "epochs"))
  var repetitionConstant: Double?

  private static let all = ["all"]

  func validate() throws {
    guard logFloor > 0 else { throw ValidationError("--log-floor must be positive") }
    if let repetitionConstant, !(repetitionConstant > 0 && repetitionConstant.isFinite) {
      throw ValidationError("--repetition-constant must be positive")
    }
    let named = (families == Self.all ? [] : families) + [family].compactMap { $0 }
    for name in named where !FamilyRegistry.names.contains(name) {
      throw ValidationError(
        "\(name) is no family; \(choices(FamilyRegistry.names, insteadOf: name))")
    }
    if let family, !families.isEmpty, families != Self.all, !families.contains(family) {
      throw ValidationError("--family \(family) is not among --families")
    }
  }

  /// Returns the families to fit to `data`, in the order of the registry.
  ///
  /// - Throws: `UsageError` if a family that was named does not apply to `data`.
  func chosen(for data: RegressionData, seed: UInt64) throws -> [any Family] {
    let settings = FamilyRegistry.Settings(
      logFloor: logFloor, seed: seed, repetitionConstant: repetitionConstant)
    let possible = FamilyRegistry.rows(for: data, settings).map(\.family)
      .filter { ($0 is any ScaleFamily) == (data.scales != nil) }
    let named = (families == Self.all ? [] : families) + [family].compactMap { $0 }
    for name in named where !possible.contains(where: { $0.name == name }) {
      throw UsageError(
        data.scales != nil
          ? "\(name) is of runs of one scale; with a target there are "
            + FamilyRegistry.scaleNames.joined(separator: ", ")
          : FamilyRegistry.scaleNames.contains(name)
            ? "\(name) needs --target-parameters and --target-tokens, and runs of several sizes"
            : "\(name) does not apply to these runs; families of MDE features need --features, "
              + "ridge-exposure and law-repeat runs of one budget that repeat a domain, with epochs"
      )
    }
    let wanted =
      families == Self.all || families.isEmpty && data.scales != nil
      ? FamilyRegistry.names
      : families.isEmpty ? FamilyRegistry.defaultNames + [family].compactMap { $0 } : families
    return possible.filter {
      wanted.contains($0.name) && (!mdeOnly || $0.inputs.contains(.mde))
    }
  }

  /// The flags that the fits depend on, for the provenance.
  var flags: [String: String] {
    [
      "log-floor": "\(logFloor)", "family": family ?? "best",
      "families": families.joined(separator: " "), "mde-only": mdeOnly ? "true" : "",
      "repetition-constant": repetitionConstant.map { "\($0)" } ?? "",
    ].filter { !$0.value.isEmpty }
  }
}
