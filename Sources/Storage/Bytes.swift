/// An array of bytes to which numbers are appended in little-endian order.
package struct ByteWriter {
  package private(set) var bytes: [UInt8] = []

  package init() {}

  /// Appends the bytes of `value`.
  package mutating func append(_ value: some FixedWidthInteger) {
    unsafe withUnsafeBytes(of: value.littleEndian) { unsafe bytes.append(contentsOf: $0) }
  }

  /// Appends every element as it lies in memory: this project runs on little-endian machines only.
  package mutating func append<Number: BitwiseCopyable>(contentsOf values: [Number]) {
    unsafe values.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
  }
}

/// An array of bytes from the front of which little-endian numbers are taken.
///
/// Each method returns nil, and takes nothing, if too few bytes are left.
package struct ByteReader {
  private let bytes: [UInt8]
  private var position = 0

  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The number of bytes that were not taken.
  package var remaining: Int { bytes.count - position }

  package mutating func uint8() -> UInt8? { number() }
  package mutating func uint32() -> UInt32? { number() }

  private mutating func number<Number: FixedWidthInteger>() -> Number? {
    let size = MemoryLayout<Number>.size
    guard remaining >= size else { return nil }
    defer { position += size }
    return Number(
      littleEndian: unsafe bytes.withUnsafeBytes {
        unsafe $0.loadUnaligned(fromByteOffset: position, as: Number.self)
      })
  }

  /// The next `count` numbers, or nil if fewer are left.
  package mutating func array<Number: BitwiseCopyable>(
    of type: Number.Type, count: Int
  ) -> [Number]? {
    let (size, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Number>.stride)
    guard count >= 0, !overflow, remaining >= size else { return nil }
    defer { position += size }
    return unsafe [Number](unsafeUninitializedCapacity: count) { target, initialized in
      unsafe bytes.withUnsafeBytes { source in
        unsafe UnsafeMutableRawBufferPointer(target).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: source[position..<position + size]))
      }
      initialized = count
    }
  }
}
