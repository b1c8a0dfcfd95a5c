/// The scalar at `position` and its end, or nil if there is no well-formed UTF-8 (RFC 3629).
func decodedScalar(in text: Span<UInt8>, at position: Int, to end: Int) -> (UInt32, Int)? {
  let lead = text[position]
  if lead < 0x80 { return (UInt32(lead), position + 1) }
  let (length, least): (Int, UInt32) =
    switch lead {
    case 0xC2...0xDF: (2, 0x80)
    case 0xE0...0xEF: (3, 0x800)
    case 0xF0...0xF4: (4, 0x10000)
    default: (0, 0)
    }
  guard length > 0, position + length <= end else { return nil }
  var scalar = UInt32(lead) & (0x7F >> UInt32(length))
  for offset in 1..<length {
    let byte = text[position + offset]
    guard byte & 0xC0 == 0x80 else { return nil }
    scalar = scalar << 6 | UInt32(byte & 0x3F)
  }
  guard scalar >= least, scalar < 0x110000, !(0xD800..<0xE000).contains(scalar) else { return nil }
  return (scalar, position + length)
}
