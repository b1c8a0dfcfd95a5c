import Formats
import Glibc
package import Mixtures

/// Laws in weights and scale as they are written, with the target that they predict.
package struct ScaleLawModel: StoredModel {
  package static let kind = "scaleLaw"

  var form: ScaleLaw.Form
  var domains: [String]
  package var target: ModelScale
  /// The largest scale that was fitted.
  package var nearest: ModelScale
  /// The size of the smallest model whose mixtures were fitted; nil in older files.
  var smallest: Double?
  /// N₀ and D₀.
  var reference: ModelScale
  var hasNoise: Bool
  var laws: [String: Law]
  /// The covariance of relative errors of runs held out, by set and set; nil where none were.
  var spread: [String: [String: Double]]?
  /// The logarithm of the ratio of parameters that it was measured over; nil if it does not grow.
  var spreadStep: Double?
  /// What the deviations of a level are multiplied by; nil in older files, for 1.
  var levelFactor: Double?
  /// The lengths of the runs of every size, and the same three of longer runs; nil in older files.
  var lengths: [ModelScale]?
  var lengthSpread: [String: [String: Double]]?
  var lengthStep: Double?
  var lengthFactor: Double?

  /// The law of one set.
  struct Law: Codable, Equatable, Sendable {
    var floor: Double
    /// α and β.
    var parameterExponent: Double
    var tokenExponent: Double
    /// A, B and C: by domain, or one number under an empty name.
    var parameterTerm: [String: Double]
    var tokenTerm: [String: Double]
    var ownTerm: [String: Double]
    var noise: Double
    /// R, by rows up to the diagonal.
    var factor: [[Double]]
  }
}

extension ScaleLawModel {
  init(_ regressor: ScaleLawRegressor) {
    let first = regressor.fits[0].law
    form = first.layout.form
    (domains, target, nearest) = (regressor.domains, regressor.target, regressor.nearest)
    (reference, hasNoise) = (first.reference, regressor.hasNoise)
    smallest = regressor.smallest
    let errors = regressor.errors
    (levelFactor, lengthFactor) = (errors.levelFactor, errors.lengthFactor)
    (spreadStep, lengthStep) = (errors.spread?.step, errors.lengthSpread?.step)
    lengths = regressor.lengths?.sizes
    let (names, sets) = (NameIndex(domains), NameIndex(regressor.sets))
    func named(_ spread: HeldOutSpread?) -> [String: [String: Double]]? {
      spread.map { sets.dictionary($0.covariance.map { sets.dictionary($0) }) }
    }
    (spread, lengthSpread) = (named(errors.spread), named(errors.lengthSpread))
    laws = sets.dictionary(
      regressor.fits.map { fit in
        let values = fit.law.values
        let terms = fit.law.layout.terms.map { range -> [String: Double] in
          range.isEmpty
            ? [:]
            : range.count == 1 && names.names.count != 1
              ? ["": values[range.lowerBound]] : names.dictionary(Array(values[range]))
        }
        return Law(
          floor: exp(values[ScaleLaw.logFloor]),
          parameterExponent: exp(values[ScaleLaw.logAlpha]),
          tokenExponent: exp(values[ScaleLaw.logBeta]), parameterTerm: terms[0],
          tokenTerm: terms[1], ownTerm: terms[2], noise: fit.noise, factor: fit.factor)
      })
  }

  /// Returns nil if a set has no law, a domain no slope, or a number that must be positive is not.
  package func regressor(
    domains: [String], sets: [String], mdeSets: [String]
  ) -> (any Regressor)? {
    // The rows of factors are in the order of the domains that were fitted.
    guard domains == self.domains else { return nil }
    let layout = ScaleLaw.Layout(form: form, domains: domains.count)
    let scales = [target, nearest, reference] + (lengths ?? [])
    guard smallest.map({ $0 > 0 }) ?? true else { return nil }
    let factors = [levelFactor, lengthFactor, spreadStep, lengthStep].compactMap(\.self)
    guard scales.allSatisfy({ $0.parameters > 0 && $0.tokens > 0 }),
      factors.allSatisfy({ $0 >= 0 })
    else { return nil }
    var fits: [ScaleLawFit] = []
    for set in sets {
      guard let law = laws[set], let fit = law.fit(layout, reference, domains: domains) else {
        return nil
      }
      fits.append(fit)
    }
    var errors = ScaleErrors(levelFactor: levelFactor ?? 1, lengthFactor: lengthFactor ?? 1)
    let names = NameIndex(sets)
    func covariance(_ spread: [String: [String: Double]]) -> [[Double]]? {
      let rows = names.vector(spread)?.compactMap { names.vector($0) }
      return rows?.count == sets.count ? rows : nil
    }
    if let spread {
      guard let rows = covariance(spread) else { return nil }
      errors.spread = HeldOutSpread(covariance: rows, step: spreadStep)
    }
    if let lengthSpread {
      guard let rows = covariance(lengthSpread) else { return nil }
      errors.lengthSpread = HeldOutSpread(covariance: rows, step: lengthStep)
    }
    return ScaleLawRegressor(
      domains: domains, sets: sets, fits: fits, target: target, nearest: nearest,
      smallest: smallest, lengths: lengths.map { RunLengths(sizes: $0) }, hasNoise: hasNoise,
      errors: errors)
  }
}

extension ScaleLawModel.Law {
  fileprivate func fit(
    _ layout: ScaleLaw.Layout, _ reference: ModelScale, domains: [String]
  ) -> ScaleLawFit? {
    guard floor > 0, parameterExponent > 0, tokenExponent > 0, noise >= 0,
      factor.count == layout.count, factor.enumerated().allSatisfy({ $1.count == $0 + 1 })
    else { return nil }
    var values = [parameterExponent, tokenExponent, floor].map { log($0) }
    for (range, term) in zip(layout.terms, [parameterTerm, tokenTerm, ownTerm]) {
      let names = range.count == 1 && domains.count != 1 ? [""] : range.isEmpty ? [] : domains
      guard let slopes = NameIndex(names).vector(term) else { return nil }
      values += slopes
    }
    return ScaleLawFit(
      law: ScaleLaw(layout: layout, reference: reference, values: values), noise: noise,
      factor: factor)
  }
}
