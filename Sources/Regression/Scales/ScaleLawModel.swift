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
  /// N₀ and D₀.
  var reference: ModelScale
  var hasNoise: Bool
  var laws: [String: Law]
  /// The covariance of relative errors of runs held out, by set and set; nil where none were.
  var spread: [String: [String: Double]]?
  /// What the deviations of a level are multiplied by; nil in older files, for 1.
  var levelFactor: Double?

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
    levelFactor = regressor.levelFactor
    let (names, sets) = (NameIndex(domains), NameIndex(regressor.sets))
    spread = regressor.spread.map { sets.dictionary($0.covariance.map { sets.dictionary($0) }) }
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
    let scales = [target, nearest, reference]
    guard scales.allSatisfy({ $0.parameters > 0 && $0.tokens > 0 }), levelFactor ?? 1 >= 0 else {
      return nil
    }
    var fits: [ScaleLawFit] = []
    for set in sets {
      guard let law = laws[set], let fit = law.fit(layout, reference, domains: domains) else {
        return nil
      }
      fits.append(fit)
    }
    let names = NameIndex(sets)
    var covariance: [[Double]]?
    if let spread {
      let rows = names.vector(spread)?.compactMap { names.vector($0) }
      guard let rows, rows.count == sets.count else { return nil }
      covariance = rows
    }
    return ScaleLawRegressor(
      domains: domains, sets: sets, fits: fits, target: target, nearest: nearest,
      hasNoise: hasNoise, spread: covariance.map { HeldOutSpread(covariance: $0) },
      levelFactor: levelFactor ?? 1)
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
