/// Returns Σ_i a_i b_i.
///
/// It is inlinable, as other modules would otherwise call it by witness tables for each element.
@inlinable public func dot(_ a: some Collection<Double>, _ b: some Collection<Double>) -> Double {
  zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
}

/// Adds `factor` · `b` to `a`.
@inlinable public func addProduct(_ a: inout [Double], _ b: [Double], _ factor: Double) {
  for i in a.indices { a[i] += factor * b[i] }
}
