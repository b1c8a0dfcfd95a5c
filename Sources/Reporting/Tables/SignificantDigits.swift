/// Returns `value` with `count` significant digits, 2 or more; a larger number is not shortened.
func significant(_ value: Double, digits count: Int = 3) -> String {
  guard value != 0, value.isFinite else { return fixed(value, 2) }
  var (digits, size) = (count - 1, value.magnitude)
  while size < 1, digits < count + 5 { (digits, size) = (digits + 1, size * 10) }
  while size >= 10, digits > 0 { (digits, size) = (digits - 1, size / 10) }
  return fixed(value, digits)
}
