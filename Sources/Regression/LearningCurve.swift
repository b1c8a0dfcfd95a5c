package import Formats
package import Kernels

/// Scores of fits to fewer runs: how many are worth training.
package struct LearningCurve: Sendable {
  package let lines: [AuditLine.LearningLine]

  /// - Parameters:
  ///   - sizes: how many runs to fit; all families see the same random ones.
  ///   - test: what to score on; nil for the runs that a fit did not see.
  package init(
    _ families: [any Family], _ data: RegressionData, sizes: [Int], draws: Int,
    test: RegressionData?, seed: UInt64, pool: WorkerPool
  ) throws(FitError) {
    var lines: [AuditLine.LearningLine] = []
    for size in sizes {
      let samples = Self.samples(data, size: size, draws: draws, seed: seed)
      let possible = families.filter { family in
        samples.allSatisfy { rows in
          let part = data.restricted(to: rows)
          return part.sets.indices.allSatisfy {
            part.rows(measuring: $0).count >= max(2, family.fewestRuns(part))
          }
        }
      }
      let results = pool.map(possible.count * samples.count) { task in
        Self.score(
          possible[task / samples.count], data, rows: samples[task % samples.count], test: test)
      }
      for (index, family) in possible.enumerated() {
        var scores: [AuditLine.TestScores] = []
        for result in results[index * samples.count..<(index + 1) * samples.count] {
          scores.append(try result.get())
        }
        lines.append(
          AuditLine.LearningLine(
            family: family.name, runs: size, draws: samples.count,
            testRuns: test?.count ?? data.count - size,
            meanSquaredError: Self.moments(scores.map(\.meanSquaredError)),
            spearman: Self.moments(of: scores.map(\.spearman)),
            meanSetSquaredError: Self.moments(scores.map(\.meanSetSquaredError)),
            meanSetSpearman: Self.moments(of: scores.map(\.meanSetSpearman))))
      }
    }
    self.lines = lines
  }

  /// Random runs, `size` of them, in their order; whole groups of repeats, so the last may be cut.
  private static func samples(
    _ data: RegressionData, size: Int, draws: Int, seed: UInt64
  ) -> [[Int]] {
    if size >= data.count { return [Array(data.ids.indices)] }
    let groups = data.repeatGroups
    var random = RandomStream(seed: seed, purpose: "learning curve of \(size)")
    return (0..<draws).map { _ in
      let order = random.permutation((groups.max() ?? -1) + 1)
      let rows = order.flatMap { group in groups.indices.filter { groups[$0] == group } }
      return rows.prefix(size).sorted()
    }
  }

  private static func score(
    _ family: any Family, _ data: RegressionData, rows: [Int], test: RegressionData?
  ) -> Result<AuditLine.TestScores, FitError> {
    let seen = Set(rows)
    let test = test ?? data.restricted(to: data.ids.indices.filter { !seen.contains($0) })
    do throws(FitError) {
      let fit = try family.fit(data.restricted(to: rows))
      return .success(AuditLine.TestScores(fit, of: family, on: test, radius: nil))
    } catch { return .failure(error) }
  }

  private static func moments(_ values: [Double]) -> AuditLine.Moments {
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / max(1, count - 1)
    return AuditLine.Moments(
      mean: mean, standardError: values.count > 1 ? (variance / count).squareRoot() : nil)
  }

  private static func moments(of values: [Double?]) -> AuditLine.Moments? {
    let known = values.compactMap { $0 }
    return known.count == values.count ? moments(known) : nil
  }
}

extension AuditLine.TestScores {
  /// Scores `fit` on runs that it has not seen.
  ///
  /// - Parameter radius: of the family's 90 % interval; in units of the deviation it states, if it does.
  package init(
    _ fit: any Regressor, of family: any Family, on test: RegressionData, radius: Double?
  ) {
    let predictions = test.ids.indices.map { fit.predict(test.point($0)) }
    let observed = test.observedObjectives
    let known = observed.indices.filter { !observed[$0].isNaN }
    let predicted = predictions.map { test.objective(of: $0) }
    let sets = test.sets.indices.map { set in
      let rows = test.rows(measuring: set)
      return (
        predicted: rows.map { predictions[$0][set] }, observed: rows.map { test.losses[$0][set] }
      )
    }.filter { !$0.observed.isEmpty }
    let ranks = sets.compactMap {
      family.isInformative ? Regression.spearman($0.predicted, $0.observed) : nil
    }
    let covered = radius.map { radius in
      known.count { run in
        let unit = fit.deviation(at: test.point(run), of: test.objective) ?? 1
        return abs(observed[run] - predicted[run]) <= radius * unit
      }
    }
    self.init(
      meanSquaredError: Regression.meanSquaredError(
        known.map { predicted[$0] }, known.map { observed[$0] }),
      spearman: family.isInformative
        ? Regression.spearman(known.map { predicted[$0] }, known.map { observed[$0] }) : nil,
      coverage: covered.map { Double($0) / Double(known.count) },
      meanSetSquaredError: sets.reduce(0) {
        $0 + Regression.meanSquaredError($1.predicted, $1.observed)
      } / Double(sets.count),
      meanSetSpearman: ranks.count == sets.count
        ? ranks.reduce(0, +) / Double(max(1, ranks.count)) : nil,
      leastSetSpearman: ranks.count == sets.count ? ranks.min() : nil)
  }
}
