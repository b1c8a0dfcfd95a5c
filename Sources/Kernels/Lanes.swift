import CLanes

/// The 16 numbers that are computed at once: one AVX-512 register.
typealias Lanes = SIMD16<Float>

/// A row of a matrix: scalars by index, or 16 lanes from a column on.
///
/// Lanes past the end read as `padding`, of bfloat16 as 0, and are not written, so a loop over
/// `lanes` needs no second loop for the rest.
@safe package struct Row {
  let base: UnsafeMutableRawPointer
  package let count: Int
  let precision: Precision

  /// The scalar at `column`; one that is written is rounded to the precision of the row.
  package subscript(column: Int) -> Float {
    @inline(__always) get {
      precondition(column >= 0 && column < count)
      if precision == .float32 {
        return unsafe base.load(fromByteOffset: column * 4, as: Float.self)
      }
      let bits = unsafe base.load(fromByteOffset: column * 2, as: UInt16.self)
      return Float(bitPattern: UInt32(bits) << 16)
    }
    @inline(__always) nonmutating set {
      precondition(column >= 0 && column < count)
      if precision == .float32 {
        unsafe base.storeBytes(of: newValue, toByteOffset: column * 4, as: Float.self)
      } else {
        unsafe base.storeBytes(
          of: bfloat16(newValue), toByteOffset: column * 2, as: UInt16.self)
      }
    }
  }

  /// The 16 scalars from `column` on.
  subscript(lanes column: Int, padding padding: Float = 0) -> Lanes {
    @inline(__always) get {
      precondition(column >= 0 && column < count)
      let left = count &- column
      if precision == .float32 {
        let address = unsafe base + column &* 4
        guard left >= 16 else { return unsafe lanes_at_end(address, Int64(left), padding) }
        return unsafe address.loadUnaligned(as: Lanes.self)
      }
      let address = unsafe base + column &* 2
      guard left >= 16 else { return widened(unsafe lanes_bits_at_end(address, Int64(left))) }
      return widened(unsafe address.loadUnaligned(as: SIMD16<UInt16>.self))
    }
    @inline(__always) nonmutating set {
      precondition(column >= 0 && column < count)
      let left = count &- column
      if precision == .float32 {
        let address = unsafe base + column &* 4
        guard left >= 16 else { return unsafe lanes_set_end(address, Int64(left), newValue) }
        unsafe address.storeBytes(of: newValue, as: Lanes.self)
      } else {
        let address = unsafe base + column &* 2
        let bits = bfloat16(newValue)
        guard left >= 16 else { return unsafe lanes_set_bits_end(address, Int64(left), bits) }
        unsafe address.storeBytes(of: bits, as: SIMD16<UInt16>.self)
      }
    }
  }

  /// Writes lanes past the caches, because they are read much later.
  @inline(__always) func stream(lanes column: Int, _ lanes: Lanes) {
    guard precision == .bfloat16, column >= 0, column + 16 <= count else {
      self[lanes: column] = lanes
      return
    }
    unsafe lanes_stream_bfloat16(base + column * 2, lanes)
  }

  /// The part of the row in `range`; lanes past its end are not touched.
  @inline(__always) func columns(_ range: Range<Int>) -> Row {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    return unsafe Row(
      base: base + range.lowerBound * precision.bytes, count: range.count, precision: precision)
  }

  /// The columns at which lanes start: 0, 16, 32, … below `count`.
  @inline(__always) var lanes: StrideTo<Int> { stride(from: 0, to: count, by: 16) }
}

/// Rounds `x` to bfloat16, to nearest even; denormals become 0.
@inline(__always) func bfloat16(_ x: Float) -> UInt16 { lanes_bfloat16(lanes_all(x))[0] }

@inline(__always) func bfloat16(_ x: Lanes) -> SIMD16<UInt16> { lanes_bfloat16(x) }

/// Both operands in bfloat16, `a` in the lower halves: one step of a product.
@inline(__always) func pairs(_ a: Lanes, _ b: Lanes) -> SIMD16<UInt32> { lanes_pairs(a, b) }

/// The Float32 of each bfloat16, which is its upper half.
@inline(__always) func widened(_ bits: SIMD16<UInt16>) -> Lanes { lanes_widened(bits) }

/// The exponential `e^x`, to about 2 ulp.
///
/// x is clamped to [-87, 87], so the result and its reciprocal are finite, and never denormals.
@inline(__always) func exponential(_ x: Lanes) -> Lanes { lanes_exponential(x) }

/// The logistic function `1 / (1 + e^-x)`, to about 4 ulp.
@inline(__always) func logistic(_ x: Lanes) -> Lanes {
  lanes_reciprocal(Lanes(repeating: 1) + exponential(Lanes.zero - x))
}

@inline(__always) func pointwiseMax(_ a: Lanes, _ b: Lanes) -> Lanes { lanes_larger(a, b) }

// Swift's own operators on 16 lanes work on 4 at a time.
extension SIMD16<Float> {
  @inline(__always) init(repeating value: Float) { self = lanes_all(value) }
  @inline(__always) static func + (a: Self, b: Self) -> Self { lanes_sum(a, b) }
  @inline(__always) static func - (a: Self, b: Self) -> Self { lanes_difference(a, b) }
  @inline(__always) static func * (a: Self, b: Self) -> Self { lanes_product(a, b) }
  @inline(__always) static func / (a: Self, b: Self) -> Self { lanes_quotient(a, b) }
  @inline(__always) static func + (a: Self, b: Float) -> Self { lanes_sum(a, lanes_all(b)) }
  @inline(__always) static func - (a: Self, b: Float) -> Self { lanes_difference(a, lanes_all(b)) }
  @inline(__always) static func * (a: Self, b: Float) -> Self { lanes_product(a, lanes_all(b)) }
  @inline(__always) static func += (a: inout Self, b: Self) { a = lanes_sum(a, b) }
  @inline(__always) static func *= (a: inout Self, b: Float) { a = lanes_product(a, lanes_all(b)) }
  @inline(__always) func squareRoot() -> Self { lanes_square_root(self) }
  @inline(__always) func addingProduct(_ a: Self, _ b: Self) -> Self {
    lanes_sum_of_product(self, a, b)
  }
  @inline(__always) mutating func addProduct(_ a: Self, _ b: Self) {
    self = lanes_sum_of_product(self, a, b)
  }

  /// The lanes with `otherwise` at positions, counted from `first`, that are below `limit`.
  @inline(__always) func kept(from limit: Int, first: Int, otherwise: Float) -> Self {
    lanes_from(self, Int32(truncatingIfNeeded: first), Int32(truncatingIfNeeded: limit), otherwise)
  }

  /// The lanes with `otherwise` at positions, counted from `first`, that are not below `limit`.
  @inline(__always) func kept(below limit: Int, first: Int, otherwise: Float) -> Self {
    lanes_below(self, Int32(truncatingIfNeeded: first), Int32(truncatingIfNeeded: limit), otherwise)
  }
}

extension Lanes {
  /// The sum of the lanes, added in pairs, always in the same order.
  @inline(__always) var total: Float {
    let eight = lowHalf + highHalf
    let four = eight.lowHalf + eight.highHalf
    let two = four.lowHalf + four.highHalf
    return two[0] + two[1]
  }

  @inline(__always) var largest: Float { lanes_largest(self) }
}
