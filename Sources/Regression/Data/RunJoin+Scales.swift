import Formats
package import Mixtures

extension RegressionData {
  /// Joins runs of several scales, each with its checkpoints, for a target.
  ///
  /// Lines of one id and one number of parameters are checkpoints of one run.
  ///
  /// - Parameter needsSizes: whether models have to be of two sizes or more.
  /// - Throws: `noScale` for a run without parameters or tokens, `smallScale` for one of too few to
  ///   be counts, `oneSize` for models of one size,
  ///   `duplicate` for two lines of one id and scale, `otherWeights` for checkpoints of one run
  ///   that differ in weights; and what `joining` of one scale does.
  package static func joining(
    runs: [ObservedRun], target: ModelScale, objective: MeanObjective, needsSizes: Bool = true
  ) throws(FitError) -> Joined {
    var points: [String: RunScales.Point] = [:]
    var weights: [RunKey: Mixture] = [:]
    var named: [ObservedRun] = []
    for run in runs {
      guard let scale = run.scale else { throw .noScale(id: run.id) }
      for (what, count) in [("parameters", scale.parameters), ("tokens", scale.tokens)]
      where count < ModelScale.least {
        throw .smallScale(id: run.id, what: what, count: count)
      }
      let key = RunKey(id: run.id, parameters: scale.parameters)
      if let other = weights.updateValue(run.mixture, forKey: key), other != run.mixture {
        throw .otherWeights(id: run.id)
      }
      let name =
        "\(run.id) at \(Int(scale.parameters)) parameters, \(Int(scale.tokens)) tokens"
      guard points.updateValue(.init(run: run.id, scale: scale), forKey: name) == nil else {
        throw .duplicate(id: name)
      }
      named.append(run.renamed(name))
    }
    let joined = try joining(table: nil, runs: named, beta: 0, objective: objective)
    var data = joined.data
    let scales = RunScales(points: data.ids.compactMap { points[$0] }, target: target)
    guard !needsSizes || scales.sizes.count > 1 else {
      throw .oneSize(ModelScale.short(scales.points[0].scale.parameters))
    }
    data.scales = scales
    data.epochsAtFullWeight = nil
    return Joined(data: data, remarks: joined.remarks, groups: joined.groups)
  }

  /// Whether some mixture was trained at two sizes or more.
  package var sizesShareMixtures: Bool {
    guard let sizes = scales?.sizes else { return false }
    var seen: Set<[Double]> = []
    for size in sizes {
      let mixtures = Set(size.map { weights[$0] })
      if !seen.isDisjoint(with: mixtures) { return true }
      seen.formUnion(mixtures)
    }
    return false
  }
}

/// What checkpoints of one run share.
private struct RunKey: Hashable {
  let id: String
  let parameters: Double
}
