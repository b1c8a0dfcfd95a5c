import COneDNN

/// Which operand of a product is read with rows and columns exchanged.
package enum Transposed: Sendable {
  case neither, first, second

  var codes: (CChar, CChar) {
    let (plain, transposed) = (CChar(UInt8(ascii: "N")), CChar(UInt8(ascii: "T")))
    return (self == .first ? transposed : plain, self == .second ? transposed : plain)
  }
}

/// The precision of products: bfloat16 where this CPU multiplies it.
package func fastestPrecision() -> Precision { onednn_has_bf16() ? .bfloat16 : .float32 }

/// A person's choice of the precision of products.
package enum PrecisionChoice: String, CaseIterable, Sendable {
  case auto, f32, bf16

  /// The precision to use; nil if this CPU or this oneDNN cannot.
  package var precision: Precision? {
    switch self {
    case .auto: fastestPrecision()
    case .f32: .float32
    case .bf16: onednn_has_bf16() ? .bfloat16 : nil
    }
  }
}

/// The matrix product `c = scale · a · b`, or with `adding` `c + scale · a · b`; sums in Float32.
///
///     c  (rows, columns)  Float32, overwritten or added to
///     a  (rows, inner), or (inner, rows) when it is transposed
///     b  (inner, columns), or (columns, inner) when it is transposed; the precision of `a`
///
/// Runs on the calling thread. The bits depend on the shapes, so callers that split a product
/// over threads split it into blocks of a fixed size.
package func product(
  _ c: Matrix, _ a: Matrix, _ b: Matrix, transposing: Transposed = .neither, scale: Float = 1,
  adding: Bool = false
) {
  let (m, k) = transposing == .first ? (a.columns, a.rows) : (a.rows, a.columns)
  let (inner, n) = transposing == .second ? (b.columns, b.rows) : (b.rows, b.columns)
  precondition(
    c.rows == m && c.columns == n && k == inner && a.precision == b.precision
      && c.precision == .float32,
    "(\(c.rows), \(c.columns)) = (\(m), \(k)) · (\(inner), \(n)), \(a.precision) · \(b.precision)")
  if m == 0 || n == 0 { return }
  let (codeA, codeB) = transposing.codes
  let beta: Float = adding ? 1 : 0
  let out = unsafe c.base.assumingMemoryBound(to: Float.self)
  let status: Int32
  switch a.precision {
  case .float32:
    status = unsafe Int32(
      bitPattern: dnnl_sgemm(
        codeA, codeB, Int64(m), Int64(n), Int64(k), scale,
        a.base.assumingMemoryBound(to: Float.self), Int64(a.stride),
        b.base.assumingMemoryBound(to: Float.self), Int64(b.stride), beta, out, Int64(c.stride)
      ).rawValue)
  case .bfloat16:
    status = unsafe onednn_gemm_bf16(
      codeA, codeB, Int64(m), Int64(n), Int64(k), scale,
      a.base.assumingMemoryBound(to: UInt16.self), Int64(a.stride),
      b.base.assumingMemoryBound(to: UInt16.self), Int64(b.stride), beta, out, Int64(c.stride))
  }
  precondition(status == 0, "oneDNN refused a product of \(m) × \(n) × \(k): status \(status)")
}
