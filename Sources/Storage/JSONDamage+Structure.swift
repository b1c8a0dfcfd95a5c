/// What a parser takes or ends at, and is to be refused before it sees it.
extension JSONDamage {
  /// Whether there are more levels than are read, or would be if all brackets outside strings open
  /// and close one.
  static func hasTooManyLevels(_ bytes: [UInt8]) -> Bool {
    var (depth, isInString, isEscaped) = (0, false, false)
    for byte in bytes {
      if isEscaped {
        isEscaped = false
      } else if isInString {
        isEscaped = byte == UInt8(ascii: "\\")
        isInString = byte != UInt8(ascii: "\"")
      } else if byte == UInt8(ascii: "\"") {
        isInString = true
      } else if byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") {
        depth += 1
        if depth > levels { return true }
      } else if byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}") {
        depth -= 1
      }
    }
    return false
  }

  /// A key that an object of valid JSON has twice, as it is spelled there, or nil.
  ///
  /// - Parameter visit: Takes every key before it, and the number of objects and arrays it is in.
  static func repeatedKey(
    in bytes: [UInt8], visit: (_ key: ArraySlice<UInt8>, _ depth: Int) -> Void = { _, _ in }
  ) -> String? {
    // Of each object or array that is open the keys so far; those of an array stay empty.
    var (open, isObject, position): ([Set<Key>], [Bool], Int) = ([], [], 0)
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        open.append([])
        isObject.append(bytes[position] == UInt8(ascii: "{"))
      case UInt8(ascii: "}"), UInt8(ascii: "]"): _ = (open.popLast(), isObject.popLast())
      case UInt8(ascii: "\""):
        let start = position + 1
        position = start
        while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
          position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard position < bytes.count, isObject.last == true else { break }
        let next = bytes[(position + 1)...].first { !JSON.isSpace($0) }
        guard next == UInt8(ascii: ":") else { break }
        if !open[open.count - 1].insert(Key(bytes: bytes[start..<position])).inserted {
          return String(decoding: bytes[start..<position], as: UTF8.self)
        }
        visit(bytes[start..<position], open.count)
      default: break
      }
      position += 1
    }
    return nil
  }

  /// Hashed at once, where a slice is byte by byte.
  private struct Key: Hashable {
    let bytes: ArraySlice<UInt8>

    func hash(into hasher: inout Hasher) {
      unsafe bytes.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    }
  }
}
