import Mixtures
package import Regression

/// How far a target may lie from runs before it is said.
private let (slack, far) = (RunScales.sameSize, 10.0)

/// The sentences on a target that lies where no runs were: longer, shorter, smaller or far larger.
package func scaleWarnings(_ fitted: FittedScale) -> [String] {
  let (target, sizes) = (fitted.target, fitted.sizes.map(\.scale))
  guard let first = sizes.first, let last = sizes.last else { return [] }
  var warnings: [String] = []
  if target.parameters < first.parameters / slack {
    warnings.append(
      "The target has fewer parameters than any model that was run: its level is stated more "
        + "widely, as nothing here tells how well smaller ones are predicted; train some of them.")
  } else if target.parameters > far * last.parameters {
    warnings.append(
      "The target is \(ratio(target.parameters, last.parameters)) times as large as the largest "
        + "model that was run: its level rests on published exponents.")
  }
  let usual = RunLengths(sizes: sizes).tokens(at: target.parameters)
  let lengths =
    "The target has \(perParameter(target.tokens, target)) tokens for each parameter; as long as "
    + "these runs are for their size, it would have \(perParameter(usual, target))"
  if target.tokens > slack * usual {
    warnings.append(
      "\(lengths): what more tokens do depends on the learning rate, which is not known, so its "
        + "level is stated more widely; train some runs that long.")
  } else if target.tokens < min(usual, last.tokens) / slack {
    warnings.append(
      "\(lengths): "
        + (fitted.sizes.contains { $0.points > $0.runs }
          ? "it is predicted from checkpoints, but a run that ends there has its learning rate "
            + "decayed, and loses less than a checkpoint of a longer one."
          : "no run is that short."))
  }
  return warnings
}

private func perParameter(_ tokens: Double, _ scale: ModelScale) -> String {
  let value = tokens / scale.parameters
  return fixed(value, value < 9.95 ? 1 : 0)
}

private func ratio(_ one: Double, _ other: Double) -> String { fixed(one / other, 0) }
