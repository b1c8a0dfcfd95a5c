/// Whether `a` and `b` differ by at most `tolerance`; nothing is close to NaN.
package func isClose(_ a: Double, _ b: Double, _ tolerance: Double) -> Bool {
  abs(a - b) <= tolerance
}
