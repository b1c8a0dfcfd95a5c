/// A kind of fitted regressor as it is written, with features and evaluation sets by name.
///
/// Features are `weight:DOMAIN` = λ, `logWeight:DOMAIN` = log(λ + floor), `exposure:DOMAIN`, and
/// `mde:SET`, the loss of the mixture of data experts in nats per token.
package protocol StoredModel: Codable, Equatable, Sendable {
  /// The key under which the model stands in a file.
  static var kind: String { get }
  /// Returns the regressor, over names in the given order; nil if one that it needs is missing.
  func regressor(domains: [String], sets: [String], mdeSets: [String]) -> (any Regressor)?
}

/// A model of any kind that the registry of families knows, written as `{KIND: model}`.
package struct RegressorModel: Sendable {
  package let stored: any StoredModel

  package init(_ stored: any StoredModel) { self.stored = stored }

  /// Returns the regressor, over names in the given order; nil if one that it needs is missing.
  package func regressor(
    domains: [String], sets: [String], mdeSets: [String]
  ) -> (any Regressor)? { stored.regressor(domains: domains, sets: sets, mdeSets: mdeSets) }
}

extension RegressorModel: Equatable {
  package static func == (left: Self, right: Self) -> Bool {
    func isEqual<Model: StoredModel>(_ model: Model) -> Bool { right.stored as? Model == model }
    return isEqual(left.stored)
  }
}

extension RegressorModel: Codable {
  private struct Kind: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  /// Reads `{KIND: model}`.
  ///
  /// - Throws: `DecodingError` unless there is exactly one key, which is a known kind.
  package init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Kind.self)
    guard let key = fields.allKeys.first, fields.allKeys.count == 1,
      let kind = FamilyRegistry.modelKinds.first(where: { $0.kind == key.stringValue })
    else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath, debugDescription: "not exactly one known kind of model"))
    }
    func decode<Model: StoredModel>(_ kind: Model.Type) throws -> any StoredModel {
      try fields.decode(kind, forKey: key)
    }
    stored = try decode(kind)
  }

  package func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Kind.self)
    func encode<Model: StoredModel>(_ model: Model) throws {
      try fields.encode(model, forKey: Kind(stringValue: Model.kind))
    }
    try encode(stored)
  }
}
