import Formats

/// An exponential regressor as it is written: for each evaluation set, floor + exp of the
/// prediction of `exponent`.
///
/// With a linear exponent it is the exponential law.
package struct ExponentialModel: StoredModel {
  package static let kind = "exponential"

  package var floors: [String: Double]
  package var exponent: RegressorModel

  package init(floors: [String: Double], exponent: RegressorModel) {
    (self.floors, self.exponent) = (floors, exponent)
  }

  /// Returns nil if a set has no floor or the exponent cannot be read.
  package func regressor(
    domains: [String], sets: [String], mdeSets: [String]
  ) -> (any Regressor)? {
    guard let floors = NameIndex(sets).vector(floors),
      let exponent = exponent.regressor(domains: domains, sets: sets, mdeSets: mdeSets)
    else { return nil }
    return ExponentialRegressor(sets: sets, floors: floors, exponent: exponent)
  }
}

extension ExponentialRegressor {
  var model: any StoredModel {
    ExponentialModel(
      floors: NameIndex(sets).dictionary(floors), exponent: RegressorModel(exponent.model))
  }
}
