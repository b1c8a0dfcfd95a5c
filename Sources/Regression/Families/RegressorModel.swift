/// A fitted regressor as it is written, with features and evaluation sets by name: one of several kinds.
///
/// Features are `weight:DOMAIN` = λ, `logWeight:DOMAIN` = log(λ + floor), `exposure:DOMAIN`, and
/// `mde:SET`, the loss of the mixture of data experts in nats per token.
package indirect enum RegressorModel: Equatable, Sendable {
  case linear(LinearModel)
  case exponential(ExponentialModel)
  case trees(TreesModel)
  case gaussianProcess(GaussianProcessModel)
  /// The sum of what each predicts: a first model and one of its residuals.
  case sum([RegressorModel])

  /// By evaluation set: intercept + Σ coefficient · feature.
  package struct LinearModel: Codable, Equatable, Sendable {
    package var intercepts: [String: Double]
    /// By set, by feature; a feature without one does not count.
    package var coefficients: [String: [String: Double]]
    /// Added to a weight before its logarithm is a feature.
    package var logFloor: Double
    /// Of the squared coefficients of standardised features, where the fit was a ridge.
    package var penalty: Double?
    /// By domain: epochs in a run of weight 1; needed where `exposure` is a feature.
    package var epochsAtFullWeight: [String: Double]?

    package init(
      intercepts: [String: Double], coefficients: [String: [String: Double]], logFloor: Double,
      penalty: Double? = nil, epochsAtFullWeight: [String: Double]? = nil
    ) {
      (self.intercepts, self.coefficients) = (intercepts, coefficients)
      (self.logFloor, self.penalty) = (logFloor, penalty)
      self.epochsAtFullWeight = epochsAtFullWeight
    }
  }

  /// By evaluation set: floor + exp of what `exponent` predicts. Of a linear one this is the exponential law.
  package struct ExponentialModel: Codable, Equatable, Sendable {
    package var floors: [String: Double]
    package var exponent: RegressorModel

    package init(floors: [String: Double], exponent: RegressorModel) {
      (self.floors, self.exponent) = (floors, exponent)
    }
  }
}

extension RegressorModel {
  /// Boosted trees of the features `inputs`, an ensemble for each evaluation set.
  package struct TreesModel: Codable, Equatable, Sendable {
    package var inputs: [String]
    package var ensembles: [String: BoostedTrees]

    package init(inputs: [String], ensembles: [String: BoostedTrees]) {
      (self.inputs, self.ensembles) = (inputs, ensembles)
    }
  }

  /// A Gaussian process of the features `inputs`; `sets` names the columns of its state.
  package struct GaussianProcessModel: Codable, Equatable, Sendable {
    package var inputs: [String]
    package var sets: [String]
    package var state: GaussianProcess.State

    package init(inputs: [String], sets: [String], state: GaussianProcess.State) {
      (self.inputs, self.sets, self.state) = (inputs, sets, state)
    }
  }
}

extension RegressorModel: Codable {
  private enum CodingKeys: CodingKey { case linear, exponential, trees, gaussianProcess, sum }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    guard let kind = fields.allKeys.first, fields.allKeys.count == 1 else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "not exactly one kind of model"))
    }
    self =
      switch kind {
      case .linear: .linear(try fields.decode(LinearModel.self, forKey: kind))
      case .exponential:
        .exponential(try fields.decode(ExponentialModel.self, forKey: kind))
      case .trees: .trees(try fields.decode(TreesModel.self, forKey: kind))
      case .gaussianProcess:
        .gaussianProcess(try fields.decode(GaussianProcessModel.self, forKey: kind))
      case .sum: .sum(try fields.decode([RegressorModel].self, forKey: kind))
      }
  }

  package func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .linear(let model): try fields.encode(model, forKey: .linear)
    case .exponential(let model): try fields.encode(model, forKey: .exponential)
    case .trees(let model): try fields.encode(model, forKey: .trees)
    case .gaussianProcess(let model): try fields.encode(model, forKey: .gaussianProcess)
    case .sum(let models): try fields.encode(models, forKey: .sum)
    }
  }
}
