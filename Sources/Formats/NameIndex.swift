/// Names in a fixed order, by which values by name become arrays and arrays become values by name.
///
/// In memory a mixture is an array in the order of its domains; in a file it is an object of names.
/// This type is the only way between the two, so that a name that is missing is never taken for a
/// zero by accident.
package struct NameIndex: Equatable, Sendable {
  package let names: [String]
  private let places: [String: Int]

  /// Creates an index of `names`, which are all different.
  package init(_ names: [String]) {
    self.names = names
    places = Dictionary(names.enumerated().map { ($1, $0) }) { first, _ in first }
    precondition(places.count == names.count, "a name is there twice in \(names)")
  }

  package var count: Int { names.count }

  /// The place of `name`, or nil.
  package subscript(_ name: String) -> Int? { places[name] }

  /// Returns the values of `dictionary` in the order of the names; nil where a name is missing.
  ///
  /// Keys that are no names of this index are left out.
  package func vector<Value>(_ dictionary: [String: Value]) -> [Value]? {
    let values = names.compactMap { dictionary[$0] }
    return values.count == names.count ? values : nil
  }

  /// Returns the values of `dictionary` in the order of the names, and `absent` for missing ones.
  package func vector<Value>(_ dictionary: [String: Value], absent: Value) -> [Value] {
    names.map { dictionary[$0] ?? absent }
  }

  /// Returns `values`, one for each name, by name.
  package func dictionary<Value>(_ values: some Collection<Value>) -> [String: Value] {
    precondition(values.count == names.count, "\(values.count) values for \(names.count) names")
    return Dictionary(uniqueKeysWithValues: zip(names, values))
  }
}
