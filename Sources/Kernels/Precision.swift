import CPanels

/// How the elements of a tensor are kept.
package enum Precision: String, Sendable {
  case float32
  /// The upper half of a Float32, rounded to nearest even.
  case bfloat16

  /// The size of an element in bytes.
  package var bytes: Int { self == .float32 ? 4 : 2 }
  /// The number of values that a product sums in one step: those that fit into 4 bytes.
  var valuesPerStep: Int { self == .float32 ? 1 : 2 }
}

/// The precision in which this CPU multiplies fastest: bfloat16 if it has such instructions.
package func fastestPrecision() -> Precision { panels_have_bfloat16() ? .bfloat16 : .float32 }
