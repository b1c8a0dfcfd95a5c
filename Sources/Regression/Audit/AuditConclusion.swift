/// The family that an audit recommends, and the families that it cannot tell from that one.
package struct AuditConclusion: Codable, Equatable, Sendable {
  package var recommended: String
  /// The family with the least squared error if it is not the recommended one, else nil; it is then
  /// better by no more than noise, and the recommended one is that of first choice, or smooth.
  package var least: String?
  /// Families whose error cannot be told from the recommended one's: the 90 % interval of the
  /// difference holds 0.
  package var withinNoise: [String]

  package init(recommended: String, least: String?, withinNoise: [String]) {
    (self.recommended, self.least, self.withinNoise) = (recommended, least, withinNoise)
  }

  /// Concludes from a comparison; the mean is recommended where nothing else could be fitted.
  init(_ comparison: Comparison) {
    guard let best = comparison.best else {
      self.init(recommended: EmpiricalMean().name, least: nil, withinNoise: [])
      return
    }
    let rivals = comparison.entries.filter {
      $0.family.isCalibrated && $0.family.name != best.family.name
    }
    func error(_ entry: Comparison.Entry) -> Double {
      entry.scores?.meanSquaredError.value ?? .infinity
    }
    self.init(
      recommended: best.family.name,
      least: rivals.filter { $0.family.isInformative && error($0) < error(best) }
        .min { error($0) < error($1) }?.family.name,
      withinNoise: rivals.filter { comparison.isWithinNoise($0, of: best) }.map(\.family.name))
  }
}
