import Formats
import Foundation
import Regression

/// Returns a sentence on how far seeds move the objective.
func auditSentence(_ noise: SeedNoise?) -> String {
  guard let noise else {
    return "Noise: unknown, as no mixture was trained twice; it is assumed to be the same for all. "
      + "To measure it, train one again with another seed (REPEATS=1)."
  }
  let deviation = noise.standardDeviation
  return
    "Noise: runs of equal weights differ by a standard deviation of \(significant(deviation)) "
    + "(90 %: \(significant(noise.low)) … \(significant(noise.high))); "
    + "no family can have an MSE below \(significant(deviation * deviation)) but by luck. "
    + sentence(noise.byMixture)
}

/// Returns a sentence on whether seeds move some mixtures more than others.
private func sentence(_ noise: MixtureNoise?) -> String {
  guard let noise else {
    return "Only one mixture was run more than once: the noise is assumed to be the same for all."
  }
  let (count, p) = (noise.mixtures.count, String(format: "%.2g", noise.pValue))
  let found = noise.mixtures.map(\.standardDeviation)
  let expected = noise.mixtures.map(\.expected)
  let range = "\(significant(found.min() ?? 0)) to \(significant(found.max() ?? 0))"
  let ratios = noise.mixtures.compactMap { $0.ratio?.squareRoot() }
  guard noise.differs else {
    let open =
      "That it differs between the \(count) mixtures that were run more than once (\(range)) "
      + "cannot be told (p = \(p))"
    return ratios.isEmpty
      ? open + ": it is assumed to be the same for all." : open + weighed(ratios)
  }
  return
    "It differs between the \(count) mixtures that were run more than once: \(range), p = \(p); "
    + "drawn to each other, \(significant(expected.min() ?? 0)) to "
    + "\(significant(expected.max() ?? 0))\(weighed(ratios))"
}

/// The end of a sentence on what fits make of noise that differs; `ratios` are of deviations.
private func weighed(_ ratios: [Double]) -> String {
  guard let least = ratios.min(), let most = ratios.max() else {
    return "; fits assume it to be the same for all."
  }
  return
    ". By the repeats of all sets a mixture has \(significant(least)) to \(significant(most)) "
    + "times the mean noise, and gp, mtgp and law-gp weigh its runs by that; other fits assume it "
    + "to be the same for all."
}

/// Returns a sentence on what no more mixtures than domains can tell; nil where there are more.
package func fewRunsSentence(_ mixtures: Int, domains: Int) -> String? {
  guard mixtures <= domains else { return nil }
  return
    "No more mixtures (\(mixtures)) than domains (\(domains)): what a single weight does is not "
    + "known from them. Families with a parameter of its own for each domain (law, and gp beyond "
    + "16 domains) are left out, ridge shrinks towards the mean, and mde-trend and mde-affine see "
    + "the MDE losses alone: rely on those, or let small domains share an expert (column group)."
}

/// Returns a sentence on what the MDE features hold.
func auditSentence(_ mde: MDEInformation) -> String {
  let explained = mde.r2FromWeights.sorted { $0.key < $1.key }
    .map { "\($0.key) \(fixed($0.value, 2))" }
  return
    "The \(mde.features) MDE features tell as much as \(fixed(mde.effectiveRank, 2)) independent "
    + "ones would (their effective rank). How much of each the weights and their logarithms "
    + "explain (R²): \(explained.joined(separator: ", "))."
}

/// Returns sentences on the family recommended, those not told apart, and whether MDE features
/// help.
func auditSentences(
  _ conclusion: AuditConclusion, runs: Int, _ pairs: [PairedComparison]
) -> [String] {
  if conclusion.recommended == "mean" {
    return ["No family that depends on the mixture could be fitted."]
  }
  let near = conclusion.withinNoise
  // So few runs rarely tell any family from their mean, and this one does not live on them alone.
  if conclusion.recommended == TrendFamily().name, near.contains("mean"), runs < 8 {
    return [
      "Recommended: \(conclusion.recommended). So few runs do not tell it from their mean: it "
        + "rests on the MDE losses, and on what runs of other mixtures taught of them."
    ] + (pairs.isEmpty ? [] : [auditSentence(pairs)])
  }
  var sentences = [
    "Recommended: \(conclusion.recommended)"
      + (conclusion.least.map { "; the squared error of \($0) is lower by no more than noise." }
        ?? ", the least squared error.")
      + (near.isEmpty
        ? " Every other family is worse beyond the noise."
        : " Not told apart from it by these \(runs) runs: \(near.joined(separator: ", ")).")
  ]
  if near.contains("mean") {
    sentences.append(
      "Not even the mean of the runs is worse beyond noise: do not trust a mixture found with any "
        + "family.")
  }
  if !pairs.isEmpty { sentences.append(auditSentence(pairs)) }
  return sentences
}

/// Returns a sentence on which families MDE features help, hurt, or leave as they are.
private func auditSentence(_ pairs: [PairedComparison]) -> String {
  func names(_ pairs: [PairedComparison]) -> String {
    pairs.map(\.without).joined(separator: ", ")
  }
  let (helped, hurt) = (pairs.filter { $0.gain.low > 0 }, pairs.filter { $0.gain.high < 0 })
  let open = pairs.filter { $0.gain.low <= 0 && $0.gain.high >= 0 }
  let parts = [
    helped.isEmpty ? "" : "help \(names(helped))", hurt.isEmpty ? "" : "hurt \(names(hurt))",
    open.isEmpty ? "" : "make no difference beyond noise to \(names(open))",
  ].filter { !$0.isEmpty }
  return "MDE features " + parts.joined(separator: "; ") + "."
}
