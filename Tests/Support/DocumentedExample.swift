import Storage

/// The examples of `data/README.md`, which says what every format is.
package enum DocumentedExample {
  package struct Missing: Error {
    package let name: String
  }

  /// The fenced block of language `json KIND`, with its line breaks.
  ///
  /// - Throws: `Missing` if there is no such block.
  package static func json(_ kind: String) throws -> [UInt8] {
    guard let block = try blocks("json \(kind)").first else { throw Missing(name: kind) }
    return Array(block.utf8)
  }

  /// The bytes of the `index`-th hexadecimal listing; what follows `|` on a line is a remark.
  ///
  /// - Throws: `Missing` if there are fewer, or if something in it is no byte.
  package static func listing(_ index: Int) throws -> [UInt8] {
    let listings = try blocks("hex")
    guard listings.indices.contains(index) else { throw Missing(name: "listing \(index)") }
    return try listings[index].split(separator: "\n").flatMap { line in
      try line.prefix { $0 != "|" }.split(separator: " ").map { digits in
        guard let byte = UInt8(digits, radix: 16) else { throw Missing(name: "byte \(digits)") }
        return byte
      }
    }
  }

  private static func blocks(_ language: String) throws -> [Substring] {
    let text = String(decoding: try readFile(Repository.file("data/README.md")), as: UTF8.self)
    return text.split(separator: "```\(language)\n", omittingEmptySubsequences: false).dropFirst()
      .map { $0.prefix(upTo: $0.firstRange(of: "```")?.lowerBound ?? $0.endIndex) }
  }
}
