/// A family in the registry: how it is fitted, how its fits are read back, and what it is
/// compared with.
package struct FamilyRow: Sendable {
  /// The family itself: its name, what it sees, and how it is fitted.
  package let family: any Family
  /// The kind of model that its fits are written as.
  let model: any StoredModel.Type
  /// Whether it is fitted where nobody names families: one of each kind that has proved itself.
  package let isDefault: Bool
  /// The family that is the same but for the MDE features; an audit compares the two.
  package let counterpart: String?

  init(
    _ family: any Family, _ model: any StoredModel.Type, isDefault: Bool = false,
    counterpart: String? = nil
  ) {
    (self.family, self.model) = (family, model)
    (self.isDefault, self.counterpart) = (isDefault, counterpart)
  }
}

/// All families there are, in the order of the tables.
///
/// A new family is a file with its type, and a row here; a new kind of model comes with its row.
package enum FamilyRegistry {
  /// The settings that families are made with.
  package struct Settings: Sendable {
    /// The number added to a weight before its logarithm is a feature.
    package var logFloor: Double
    /// The seed of what families draw at random.
    package var seed: UInt64
    /// R* of laws that know of repeats; nil to fit it.
    package var repetitionConstant: Double?

    package init(logFloor: Double, seed: UInt64, repetitionConstant: Double? = nil) {
      (self.logFloor, self.seed) = (logFloor, seed)
      self.repetitionConstant = repetitionConstant
    }
  }

  /// The rows whose families can be fitted to `data`.
  package static func rows(for data: RegressionData, _ settings: Settings) -> [FamilyRow] {
    rows(settings).filter { $0.family.applies(to: data) }
  }

  /// The rows with settings that do not matter, for names and what belongs to them.
  private static let plainRows = rows(Settings(logFloor: 1, seed: 0))

  /// The names of all families.
  package static let names = plainRows.map(\.family.name)
  /// The names of those that are fitted where nobody names families.
  package static let defaultNames = plainRows.filter(\.isDefault).map(\.family.name)

  /// The names of the families that are fitted to runs of several scales, for a target.
  package static let scaleNames = scaleRows.map(\.family.name)

  static let scaleRows: [FamilyRow] = {
    func law(_ name: String, _ what: String, _ form: ScaleLaw.Form) -> ScaleLawFamily {
      ScaleLawFamily(name, summary: "law of size and length, \(what)", form: form)
    }
    let process = GaussianProcessFamily("gp", summary: "", inputs: .weights)
    let processOfSizes = GaussianProcessFamily(
      "gp", summary: "", inputs: .weights, hasRepeats: false)
    let joint = law("scale-joint", "whose terms depend on the weights", .joint)
    return [
      .init(UnscaledFamily(process), GaussianProcessModel.self),
      .init(
        ScaleProcessFamily(
          "scale-anchored", summary: "process of the largest size, moved by a law of the level",
          law: law("", "", .level), process: process, isAnchored: true), SumModel.self),
      .init(
        law("scale-additive", "and a term of the weights", .additive), ScaleLawModel.self),
      .init(joint, ScaleLawModel.self),
      .init(
        ScaleProcessFamily(
          "scale-joint-gp", summary: "that law, and a process of what it leaves", law: joint,
          process: processOfSizes), SumModel.self),
    ]
  }()

  /// Returns the family that `name` is compared with, being the same but for the MDE features; nil
  /// if there is none.
  package static func counterpart(of name: String) -> String? {
    plainRows.first { $0.family.name == name }?.counterpart
  }

  /// Returns what the predictions of the family `name` depend on; nothing for an unknown name.
  package static func inputs(of name: String) -> Inputs {
    plainRows.first { $0.family.name == name }?.family.inputs ?? []
  }

  /// Returns whether the family `name` is taken unless another is better beyond noise.
  static func isFirstChoice(_ name: String) -> Bool {
    plainRows.first { $0.family.name == name }?.family.isFirstChoice ?? false
  }

  /// Every kind of model that some family is written as, alone or as a part.
  static let modelKinds = plainRows.reduce(into: [any StoredModel.Type]()) { kinds, row in
    if !kinds.contains(where: { $0 == row.model }) { kinds.append(row.model) }
  }

  private static func rows(_ settings: Settings) -> [FamilyRow] {
    let logFloor = settings.logFloor
    func ridge(_ name: String, _ what: String, _ blocks: [FeatureMap.Block]) -> RidgeFamily {
      RidgeFamily(name, summary: "ridge on \(what)", blocks: blocks, logFloor: logFloor)
    }
    func trees(_ name: String, _ inputs: Inputs) -> TreesFamily {
      TreesFamily(
        name, summary: "boosted trees of \(inputs.summary)", inputs: inputs, seed: settings.seed)
    }
    func process(_ name: String, _ inputs: Inputs) -> GaussianProcessFamily {
      GaussianProcessFamily(
        name, summary: "Gaussian process for each set, of \(inputs.summary)", inputs: inputs)
    }
    func multiTask(_ name: String, _ inputs: Inputs) -> GaussianProcessFamily {
      GaussianProcessFamily(
        name,
        summary: "Gaussian process for each set and one that all share, of \(inputs.summary)",
        inputs: inputs, isShared: true)
    }
    func lawProcess(_ name: String, _ inputs: Inputs) -> LawProcess {
      LawProcess(
        name,
        summary: "exponential law whose exponent is a Gaussian process of \(inputs.summary)",
        process: process(name, inputs))
    }
    let (linear, exponential) = (LinearModel.self, ExponentialModel.self)
    let (boosted, gaussian, sum) = (TreesModel.self, GaussianProcessModel.self, SumModel.self)
    return [
      .init(EmpiricalMean(), linear, isDefault: true),
      .init(ridge("ridge-lambda", "weights", [.weights]), linear, isDefault: true),
      .init(
        ridge("ridge-log", "weights and their logarithms", [.weights, .logWeights]), linear,
        isDefault: true),
      .init(
        ridge(
          "ridge-exposure", "weights, logarithms and epochs' worth",
          [.weights, .logWeights, .exposure]), linear),
      .init(LawFamily(), exponential),
      .init(RepetitionLaw(constant: settings.repetitionConstant), exponential),
      .init(trees("trees", .weights), boosted),
      .init(process("gp", .weights), gaussian, isDefault: true),
      .init(multiTask("mtgp", .weights), gaussian),
      .init(lawProcess("law-gp", .weights), exponential, isDefault: true),
      .init(MDEAlone(), linear),
      .init(CalibratedMDE(), linear, isDefault: true),
      .init(TrendFamily(), TrendModel.self, isDefault: true),
      .init(ridge("ridge-mde", "MDE losses", [.mde]), linear),
      .init(trees("trees-of-mde", .mde), boosted),
      .init(process("gp-of-mde", .mde), gaussian),
      .init(multiTask("mtgp-of-mde", .mde), gaussian),
      .init(
        ridge("ridge-lambda-mde", "weights and MDE losses", [.weights, .mde]), linear,
        isDefault: true, counterpart: "ridge-lambda"),
      .init(
        ridge(
          "ridge-log-mde", "weights, logarithms and MDE losses", [.weights, .logWeights, .mde]),
        linear, isDefault: true, counterpart: "ridge-log"),
      .init(
        ridge(
          "ridge-exposure-mde", "weights, logarithms, epochs' worth and MDE losses",
          [.weights, .logWeights, .exposure, .mde]), linear, counterpart: "ridge-exposure"),
      .init(
        ResidualFamily(
          "law-mde", summary: "exponential law, and ridge on MDE losses on what it leaves",
          base: LawFamily(), residual: ridge("ridge-mde", "MDE losses", [.mde])), sum,
        counterpart: "law"),
      .init(trees("trees-mde", [.weights, .mde]), boosted, counterpart: "trees"),
      .init(
        process("gp-mde", [.weights, .mde]), gaussian, isDefault: true, counterpart: "gp"),
      .init(multiTask("mtgp-mde", [.weights, .mde]), gaussian, counterpart: "mtgp"),
      .init(lawProcess("law-gp-mde", [.weights, .mde]), exponential, counterpart: "law-gp"),
    ] + scaleRows
  }
}
