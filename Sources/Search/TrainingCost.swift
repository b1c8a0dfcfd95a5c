package import Formats
package import Mixtures

extension Proposal {
  /// The cost of the models that speak for a proposal, and of the next step.
  package struct Cost: Codable, Equatable, Sendable {
    /// The experts; absent where their files were not given.
    package var experts: Training?
    /// The models that were fitted; absent where nothing was.
    package var observed: Training?
    package var next: NextStep

    package init(experts: Training?, observed: Training?, next: NextStep) {
      (self.experts, self.observed, self.next) = (experts, observed, next)
    }

    /// The number of models trained so far.
    package var models: Int { (experts?.models ?? 0) + (observed?.models ?? 0) }

    /// The operations of the models trained so far; nil if those of one are not known.
    package var flop: Double? {
      let parts = [experts, observed].compactMap { $0 }
      let known = parts.compactMap(\.flop)
      return known.count == parts.count ? known.reduce(0, +) : nil
    }
  }

  /// Some trained models and the floating-point operations that they took.
  package struct Training: Codable, Equatable, Sendable {
    package var models: Int
    /// The sum over the models of 6 · parameters · tokens; absent if they are not known of all.
    ///
    /// Source: Kaplan et al., Scaling Laws for Neural Language Models, 2020, section 2.1
    /// (arXiv:2001.08361).
    package var flop: Double?

    package init(models: Int, flop: Double?) { (self.models, self.flop) = (models, flop) }

    /// Adds up models of which the parameters and the tokens by domain are known, or not.
    private init(_ models: [(parameters: Int?, tokens: [String: Int]?)]) {
      let known = models.compactMap { model -> Double? in
        guard let parameters = model.parameters, let tokens = model.tokens else { return nil }
        return 6 * Double(parameters) * Double(tokens.values.reduce(0, +))
      }
      self.init(
        models: models.count, flop: known.count == models.count ? known.reduce(0, +) : nil)
    }

    package init(_ models: [LogProbHeader.Model]) {
      self.init(models.map { ($0.parameters, $0.tokens) })
    }

    package init(_ runs: [ObservedRun]) { self.init(runs.map { ($0.parameters, $0.tokens) }) }
  }

  /// The models to train next, and what they are expected to bring.
  package struct NextStep: Codable, Equatable, Sendable {
    /// The number of models; 0 where training more is not worth it, or not paid for.
    package var models: Int
    /// Their operations, at the mean of the models trained so far; absent if that is not known.
    package var flop: Double?
    /// What they are expected to lower the loss of the final answer by, in nats per token; absent
    /// where the family states no joint uncertainty of several mixtures.
    package var expectedGain: Double?
    /// The loss of the answer as it is now less that of the best mixture there is, as expected,
    /// in nats per token; absent likewise.
    package var expectedRegret: Double?
    /// The standard deviation of a run's objective from seed to seed, in nats per token; absent
    /// where nothing tells it.
    package var noise: Double?
    /// Why no more models are asked for: `noise` where the expected gain is below it, `budget`
    /// where that is spent; absent otherwise.
    package var stop: String?

    package init(
      models: Int, flop: Double? = nil, expectedGain: Double? = nil, expectedRegret: Double? = nil,
      noise: Double? = nil, stop: String? = nil
    ) {
      (self.models, self.flop, self.noise, self.stop) = (models, flop, noise, stop)
      (self.expectedGain, self.expectedRegret) = (expectedGain, expectedRegret)
    }
  }
}
