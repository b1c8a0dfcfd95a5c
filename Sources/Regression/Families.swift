/// Every family that makes sense for `data`, in the order of the tables.
///
/// Families of MDE features need experts; exposure differs from weights only where some run repeats a domain.
///
/// - Parameter logFloor: added to a weight before its logarithm is a feature.
package func families(for data: RegressionData, logFloor: Double) -> [any Family] {
  let repeats = data.epochsAtFullWeight.map { epochs in
    data.weights.contains { weights in zip(weights, epochs).contains { $0 * $1 > 1 } }
  }
  var families: [any Family] = [
    EmpiricalMean(),
    RidgeFamily("ridge-lambda", summary: "ridge on the weights", blocks: [.weights]),
    RidgeFamily(
      "ridge-log", summary: "ridge on the weights and their logarithms",
      blocks: [.weights, .logWeights], logFloor: logFloor),
  ]
  if repeats == true {
    families.append(
      RidgeFamily(
        "ridge-exposure", summary: "ridge on weights, logarithms and epochs worth of each domain",
        blocks: [.weights, .logWeights, .exposure], logFloor: logFloor))
  }
  families.append(LawFamily())
  guard !data.mdeSets.isEmpty else { return families }
  return families + [
    MDEAlone(), CalibratedMDE(),
    RidgeFamily("ridge-mde", summary: "ridge on all MDE features", blocks: [.mde]),
    RidgeFamily(
      "ridge-lambda-mde", summary: "ridge on the weights and all MDE features",
      blocks: [.weights, .mde]),
    RidgeFamily(
      "ridge-log-mde", summary: "ridge on weights, logarithms and all MDE features",
      blocks: [.weights, .logWeights, .mde], logFloor: logFloor),
    LawAndResidual(
      "law-mde", summary: "exponential law, and ridge on MDE features on what it leaves",
      residual: RidgeFamily("ridge-mde", summary: "", blocks: [.mde])),
  ]
}

/// Names of families, for the command line.
package let familyNames = [
  "mean", "ridge-lambda", "ridge-log", "ridge-exposure", "law", "mde", "mde-affine", "ridge-mde",
  "ridge-lambda-mde", "ridge-log-mde", "law-mde",
]
