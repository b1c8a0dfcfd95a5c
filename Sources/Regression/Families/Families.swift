/// Every family that makes sense for `data`, in the order of the tables.
///
/// - Parameters:
///   - logFloor: added to a weight before its logarithm is a feature.
///   - seed: of what families draw at random.
package func families(
  for data: RegressionData, logFloor: Double, seed: UInt64
) -> [any Family] {
  everyFamily(logFloor: logFloor, seed: seed).filter { $0.applies(to: data) }
}

/// Names of families, for the command line.
package let familyNames = everyFamily(logFloor: 1, seed: 0).map(\.name)

private func everyFamily(logFloor: Double, seed: UInt64) -> [any Family] {
  func ridge(_ name: String, _ what: String, _ blocks: [FeatureMap.Block]) -> RidgeFamily {
    RidgeFamily(name, summary: "ridge on \(what)", blocks: blocks, logFloor: logFloor)
  }
  func trees(_ name: String, _ inputs: Inputs) -> TreesFamily {
    TreesFamily(name, summary: "boosted trees of \(inputs.summary)", inputs: inputs, seed: seed)
  }
  func process(_ name: String, _ inputs: Inputs) -> GaussianProcessFamily {
    GaussianProcessFamily(
      name, summary: "Gaussian process for each set, of \(inputs.summary)", inputs: inputs)
  }
  func multiTask(_ name: String, _ inputs: Inputs) -> GaussianProcessFamily {
    GaussianProcessFamily(
      name, summary: "Gaussian process of all sets together, of \(inputs.summary)",
      inputs: inputs, coupling: .intrinsic)
  }
  func lawProcess(_ name: String, _ inputs: Inputs) -> LawProcess {
    LawProcess(
      name,
      summary: "exponential law whose exponent is a Gaussian process of \(inputs.summary)",
      process: process(name, inputs))
  }
  return [
    EmpiricalMean(),
    ridge("ridge-lambda", "weights", [.weights]),
    ridge("ridge-log", "weights and their logarithms", [.weights, .logWeights]),
    ridge(
      "ridge-exposure", "weights, logarithms and epochs' worth",
      [.weights, .logWeights, .exposure]),
    LawFamily(),
    trees("trees", .weights),
    process("gp", .weights),
    multiTask("mtgp", .weights),
    lawProcess("law-gp", .weights),
    MDEAlone(), CalibratedMDE(),
    ResidualFamily(
      "mde-gp",
      summary: "affine MDE, and a Gaussian process of weights and MDE losses on what it leaves",
      base: CalibratedMDE(), residual: process("gp-mde", [.weights, .mde])),
    ridge("ridge-mde", "MDE losses", [.mde]),
    trees("trees-of-mde", .mde),
    process("gp-of-mde", .mde),
    multiTask("mtgp-of-mde", .mde),
    ridge("ridge-lambda-mde", "weights and MDE losses", [.weights, .mde]),
    ridge(
      "ridge-log-mde", "weights, logarithms and MDE losses", [.weights, .logWeights, .mde]),
    ridge(
      "ridge-exposure-mde", "weights, logarithms, epochs' worth and MDE losses",
      [.weights, .logWeights, .exposure, .mde]),
    ResidualFamily(
      "law-mde", summary: "exponential law, and ridge on MDE losses on what it leaves",
      base: LawFamily(), residual: ridge("ridge-mde", "MDE losses", [.mde])),
    trees("trees-mde", [.weights, .mde]),
    process("gp-mde", [.weights, .mde]),
    multiTask("mtgp-mde", [.weights, .mde]),
    lawProcess("law-gp-mde", [.weights, .mde]),
  ]
}
