import CPanels

/// How the elements of a tensor are kept.
package enum Precision: String, Sendable {
  case float32
  /// The upper half of a Float32, rounded to nearest even.
  case bfloat16

  package var bytes: Int { self == .float32 ? 4 : 2 }
  /// Values that a product sums in one step: what fits into 4 bytes.
  var valuesPerStep: Int { self == .float32 ? 1 : 2 }
}

/// The precision of products: bfloat16 where this CPU multiplies it.
package func fastestPrecision() -> Precision { panels_have_bfloat16() ? .bfloat16 : .float32 }
