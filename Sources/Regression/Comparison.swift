package import Formats
import Foundation

/// All families on the same data and the same folds.
package struct Comparison: Sendable {
  package struct Entry: Sendable {
    package let family: any Family
    package let scores: LeaveOneOut
    /// To all runs.
    package let fit: Fit
  }

  package let data: RegressionData
  package let entries: [Entry]

  package init(_ families: [any Family], _ data: RegressionData) throws(FitError) {
    self.data = data
    var entries: [Entry] = []
    for family in families {
      entries.append(
        Entry(
          family: family, scores: try LeaveOneOut(family, data), fit: try family.fit(data)))
    }
    self.entries = entries
  }

  /// The calibrated family that depends on the mixture and has the least leave-one-out error.
  package var best: Entry? {
    entries.filter { $0.family.isCalibrated && $0.family.isInformative }
      .min { $0.scores.meanSquaredError < $1.scores.meanSquaredError }
  }

  package func entry(_ name: String) -> Entry? { entries.first { $0.family.name == name } }

  /// The families as they are written to a file.
  package var families: [RegressorFile.Family] {
    entries.map { entry in
      RegressorFile.Family(
        name: entry.family.name, isCalibrated: entry.family.isCalibrated,
        meanSquaredError: entry.scores.meanSquaredError, spearman: entry.scores.spearman,
        penalty: entry.fit.penalty,
        outOfFold: Dictionary(
          uniqueKeysWithValues: data.ids.indices.map { run in
            (data.ids[run], named(entry.scores.predictions[run]))
          }),
        models: Dictionary(
          uniqueKeysWithValues: data.sets.indices.map {
            (data.sets[$0], entry.fit.regressor.model($0))
          }))
    }
  }

  package var runs: [RegressorFile.Run] {
    data.ids.indices.map { run in
      RegressorFile.Run(
        id: data.ids[run],
        weights: Dictionary(uniqueKeysWithValues: zip(data.domains, data.weights[run])),
        losses: named(data.losses[run]))
    }
  }

  private func named(_ losses: [Double]) -> [String: Double] {
    Dictionary(uniqueKeysWithValues: zip(data.sets, losses))
  }

  /// The scores as text, one line a family.
  package func table(objective: String) -> [String] {
    func right(_ text: String, _ width: Int) -> String {
      String(repeating: " ", count: max(0, width - text.count)) + text
    }
    func left(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(0, width - text.count))
    }
    var lines = ["\(objective), leave-one-out over \(data.count) runs"]
    lines.append(left("family", 18) + right("MSE", 10) + right("rho", 8) + "  features")
    for entry in entries {
      let chosen = entry.family.name == best?.family.name ? "* " : "  "
      lines.append(
        left(entry.family.name, 18) + right(decimal(entry.scores.meanSquaredError, 6), 10)
          + right(entry.scores.spearman.map { decimal($0, 3) } ?? "-", 8) + chosen
          + entry.family.summary)
    }
    return lines
  }
}

private func decimal(_ value: Double, _ digits: Int) -> String {
  String(format: "%.\(digits)f", value)
}
