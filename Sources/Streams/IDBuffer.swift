import Formats
import Storage

/// Ids as they lie in files of tokens: 2 bytes each where the vocabulary allows it, otherwise 4.
struct IDBuffer {
  /// Whether ids of a vocabulary take 2 bytes.
  static func isNarrow(vocabulary: Int) -> Bool { vocabulary <= 1 << 16 }
  /// The number of bytes of an id.
  static func width(vocabulary: Int) -> Int { isNarrow(vocabulary: vocabulary) ? 2 : 4 }

  private let isNarrow: Bool
  private(set) var bytes: [UInt8] = []

  init(vocabulary: Int) { isNarrow = Self.isNarrow(vocabulary: vocabulary) }

  mutating func append(_ ids: ArraySlice<Int32>) {
    guard isNarrow else {
      return unsafe ids.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }
    bytes.append(addingCapacity: 2 * ids.count) { end in
      unsafe end.withUnsafeMutableBufferPointer { target, count in
        unsafe ids.withUnsafeBufferPointer { ids in
          let narrow = UnsafeMutableRawBufferPointer(target)
          for i in ids.indices {
            unsafe narrow.storeBytes(
              of: UInt16(truncatingIfNeeded: ids[i]), toByteOffset: count &+ 2 &* i,
              as: UInt16.self)
          }
        }
        count += 2 * ids.count
      }
    }
  }

  mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

  /// Leaves none, and room for as many.
  mutating func takeAll() -> [UInt8] {
    let all = bytes
    bytes = []
    bytes.reserveCapacity(all.count)
    return all
  }

  /// The next `count` ids, or nil if fewer are left, or one is not of the vocabulary.
  static func ids(_ reader: inout ByteReader, count: Int, vocabulary: Int) -> [Int32]? {
    let ids =
      isNarrow(vocabulary: vocabulary)
      ? reader.array(of: UInt16.self, count: count)?.map { Int32($0) }
      : reader.array(of: Int32.self, count: count)
    guard let ids, ids.areIDs(below: vocabulary) else { return nil }
    return ids
  }
}
