import Glibc

/// What is known of the losses of mixtures before any is trained, in nats per token.
///
/// The numbers were measured on the 48 runs of `data/results/table` and its 18 evaluation sets, and
/// looked at again in the demo's 16 runs, to which nothing but the correlation was fitted; the
/// scale on tables of four origins. They are wide, for other corpora and budgets: what runs say
/// soon outweighs them.
enum TrendPriors {
  /// The common slope of all sets: a model of a mixture loses what a mixture of experts loses.
  /// (Least squares: the mean of 18 sets is 1.00, of the demo's 7 sets 1.14.)
  static let slope = NormalPrior(mean: 1, deviation: 0.25)
  /// The deviation of the sets' slopes from the common one (measured: .10, .09).
  static let slopeDeviation = 0.1

  /// The most likely scale s of what the trend leaves, and the deviation of the logarithm of the
  /// typical scale of one task from that. (Measured, geometric means over sets: tables of this
  /// project .03 to .10; three of SlimPajama's runs with the losses of a smaller size in place of
  /// MDE losses .006 to .009, RedPajama's .014; RegMix's with a law in their place .31.)
  static let scale = NormalPrior(mean: log(0.07), deviation: 1.2)
  /// The deviation of the logarithms of the sets' scales from the typical one (measured: .3 to
  /// .7).
  static let scaleDeviation = 0.6
  /// The scales that the posterior is summed over: from 0.001 to 3 nats.
  static let scales = (0..<21).map { 0.001 * exp(0.4 * Double($0)) }
  /// The typical scales, a scale deviation apart.
  static let typicalScales = (-4...4).map { exp(scale.mean + scale.deviation * Double($0) / 2) }
  /// The common slopes.
  static let slopes = (-3...3).map { slope.mean + 0.8 * slope.deviation * Double($0) }

  /// The shares η of the variance s² that belong to the mixture, the rest being noise of the run;
  /// all are as likely.
  static let shares = [0.1, 0.3, 0.6, 0.85, 0.95, 0.99]

  /// The correlation ρ of the errors of two sets of one run.
  ///
  /// Measured: errors of predictions from 3 to 48 runs of the published table have .0 to .1 between
  /// the domains' own sets and .25 between all; what the trend leaves of the demo's 16 runs, .43;
  /// repeats of one mixture, .13.
  static let correlation = 0.2
}
