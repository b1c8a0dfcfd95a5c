package import Formats
package import Mixtures

extension RegressionData {
  /// Joined runs, with remarks for a person.
  package struct Joined: Sendable {
    package let data: RegressionData
    /// Sentences about losses that are missing and sets that were left out.
    package let remarks: [String]
    /// Which domain is whose expert's.
    package let groups: DomainGroups
  }

  /// The number of runs that have to measure a set for it to be fitted.
  package static let fewestRuns = 1

  /// Joins `runs` with the rows of `table` of the same id and of `beta`; without a table, with
  /// weights alone.
  ///
  /// Every run needs its features, by its id or else by its weights (a repeat with another seed),
  /// and the same weights there. A loss that a run did not measure is NaN. A set that counts in the
  /// objective needs `fewestRuns` runs; any other set is left out unless half of all measured it.
  /// Domains and sets are sorted by name. Of domains that share an expert, the weight is that of
  /// their group, which stands for them.
  ///
  /// - Throws: `noFeatures` or `noAnswers` for a table without what is asked for,
  ///   `runWithoutFeatures`, `duplicate`, `unknownDomain` and `weightsDiffer` for a run that does
  ///   not fit the table or the other runs, `setMissing` for a set of the objective that too few
  ///   runs measured, `tooFewRuns`.
  package static func joining(
    table: FeatureTable?, features: MDEFeatures = .losses, runs: [ObservedRun], beta: Double,
    objective: MeanObjective
  ) throws(FitError) -> Joined {
    let rows = table?.rows.filter { $0.beta == beta } ?? []
    if let table, rows.isEmpty { throw .noFeatures(path: table.path, beta: beta) }
    let runs = runs.sorted { $0.id < $1.id }
    let rowOf = self.rows(of: runs, in: rows)
    for (run, next) in zip(runs, runs.dropFirst()) where run.id == next.id {
      throw .duplicate(id: run.id)
    }
    guard runs.count >= fewestRuns, let first = runs.first else {
      throw .tooFewRuns(runs.count, needed: fewestRuns)
    }
    let domains = (table?.header.domains ?? first.mixture.domains).sorted()
    let groups: DomainGroups
    do throws(DomainGroups.Shared) {
      groups = try DomainGroups(domains, groups: table?.header.groups ?? [:])
    } catch {
      throw .sharedDomain(path: table?.path ?? "", domain: error.domain, groups: error.parts)
    }
    var weights: [[Double]] = []
    var deviating: [String] = []
    for run in runs {
      let all = try self.weights(of: run, over: domains, rowOf[run.id], table)
      if groups.deviation(of: all) > 0.01 { deviating.append(run.id) }
      weights.append(groups.areAlone ? all : groups.joined(all))
    }
    let mdeSets = rows.first.map { features.values($0).keys.sorted() } ?? []
    if let table, mdeSets.isEmpty { throw .noAnswers(path: table.path) }
    let mde = runs.map { run in
      let values = rowOf[run.id].map(features.values) ?? [:]
      return mdeSets.map { values[$0] ?? .nan }
    }
    var (kept, remarks): ([String], [String]) = ([], [])
    if let first = deviating.first {
      remarks.append(
        "\(deviating.count) of \(runs.count) runs, \(first) first, have other ratios within a "
          + "group than its expert")
    }
    for set in Set(runs.flatMap(\.losses.keys)).union(objective.weights.keys).sorted() {
      let count = runs.count { $0.losses[set] != nil }
      if objective.weights[set] ?? 0 != 0 {
        guard count >= fewestRuns else { throw .setMissing(set: set, runs: count) }
      } else if count < max(fewestRuns, (runs.count + 1) / 2) {
        remarks.append("\(set) was measured in \(count) of \(runs.count) runs and is left out")
        continue
      }
      kept.append(set)
      if count < runs.count {
        remarks.append("\(set) was measured in \(count) of \(runs.count) runs")
      }
    }
    let data = RegressionData(
      ids: runs.map(\.id), domains: groups.parts, sets: kept, mdeSets: mdeSets, weights: weights,
      mde: mde, losses: runs.map { run in kept.map { run.losses[$0]?.nats ?? .nan } },
      objective: kept.map { objective.weights[$0] ?? 0 },
      epochsAtFullWeight: epochsAtFullWeight(runs, groups, weights: weights))
    return Joined(data: data, remarks: remarks, groups: groups)
  }

  /// Returns, by run's id, the table's row of that id, or else one of the same weights.
  private static func rows(
    of runs: [ObservedRun], in rows: [FeatureTable.Row]
  ) -> [String: FeatureTable.Row] {
    let rowOf = Dictionary(rows.map { ($0.id, $0) }) { first, _ in first }
    var found: [String: FeatureTable.Row] = [:]
    for run in runs {
      found[run.id] =
        rowOf[run.id]
        ?? rows.first { row in
          Set(row.weights.keys).union(run.mixture.domains).allSatisfy {
            abs((row.weights[$0] ?? 0) - run.mixture[$0]) <= 1e-6
          }
        }
    }
    return found
  }

  private static func weights(
    of run: ObservedRun, over domains: [String], _ row: FeatureTable.Row?, _ table: FeatureTable?
  ) throws(FitError) -> [Double] {
    guard let table else {
      guard run.mixture.domains == domains else {
        let odd = Set(run.mixture.domains).symmetricDifference(domains).sorted()
        throw .unknownDomain(id: run.id, domain: odd[0])
      }
      return run.mixture.weights
    }
    guard let row else { throw .runWithoutFeatures(id: run.id, path: table.path) }
    for domain in Set(row.weights.keys).union(run.mixture.domains).sorted() {
      let (a, b) = (row.weights[domain] ?? 0, run.mixture[domain])
      if abs(a - b) > 1e-6 { throw .weightsDiffer(id: run.id, domain: domain, a, b) }
    }
    return domains.map { row.weights[$0] ?? 0 }
  }

  /// The number of epochs over each domain at weight 1: the ratio of epochs to weight, where every
  /// run knows it and all agree within a twentieth, as runs of one budget do; nil otherwise. Of a
  /// group it is that of its largest domain.
  private static func epochsAtFullWeight(
    _ runs: [ObservedRun], _ groups: DomainGroups, weights: [[Double]]
  ) -> [Double]? {
    var ratios: [Double] = []
    for i in groups.parts.indices {
      let members = groups.domains.indices.filter { groups.partOf[$0] == i }
      guard let largest = members.max(by: { groups.ratios[$0] < groups.ratios[$1] }) else {
        return nil
      }
      let domain = groups.domains[largest]
      var (low, high) = (Double.infinity, 0.0)
      for (run, weights) in zip(runs, weights) where weights[i] > 0.01 {
        guard let epochs = run.epochs?[domain] else { return nil }
        (low, high) = (min(low, epochs / weights[i]), max(high, epochs / weights[i]))
      }
      guard high > 0, high <= 1.05 * low else { return nil }
      ratios.append((low * high).squareRoot())
    }
    return ratios
  }
}
