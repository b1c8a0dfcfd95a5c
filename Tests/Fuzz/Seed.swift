import Foundation
import Storage

/// A valid file to spoil, taken apart where a checksum would hide what is spoiled.
struct Seed {
  let path: String
  let reader: Reader
  private let content: Content

  private enum Content {
    case plain([UInt8])
    /// Header and blocks of a framed file.
    case framed([[UInt8]])
    /// Text that one zstd frame holds.
    case compressed([UInt8])
  }

  init(_ path: String) throws(FileError) {
    self.path = path
    reader = try Reader(of: path)
    let bytes = try readFile(path)
    if let file = try? FramedReader(path), file.blockCount > 0 {
      var parts = [file.header]
      for index in 0..<file.blockCount { parts.append(try file.block(index)) }
      content = .framed(parts)
    } else if path.hasSuffix(".zst"), !path.contains(".corpus") {
      let lines = try LineReader(path)
      var text: [UInt8] = []
      while let line = try lines.next() { text += line.bytes + [UInt8(ascii: "\n")] }
      content = .compressed(text)
    } else {
      content = .plain(bytes)
    }
  }

  /// Writes input `index` of this seed to `target`; input 0 is the seed as it is.
  func write(_ index: UInt64, to target: String) throws {
    guard index > 0 else { return try put(try readFile(path), target) }
    var mutator = Mutator(seed: index)
    switch content {
    case .plain(let bytes): try put(mutator.spoiled(bytes, with: bytes), target)
    case .compressed(let bytes):
      // As it lies there one time in eight, below its checksum else; readers tell by content.
      try put(
        index % 8 == 0
          ? mutator.spoiled(try readFile(path), with: bytes) : mutator.spoiled(bytes, with: bytes),
        target)
    case .framed(let parts):
      guard index % 8 != 0 else {
        return try put(mutator.spoiled(try readFile(path), with: parts[0]), target)
      }
      var parts = parts
      let part = mutator.draw(2) == 0 ? 0 : mutator.draw(parts.count)
      parts[part] = mutator.spoiled(parts[part], with: parts[mutator.draw(parts.count)])
      if mutator.draw(16) == 0 { parts.remove(at: mutator.draw(parts.count)) }
      let file = try FramedWriter(target, header: parts.first ?? [])
      for block in parts.dropFirst() { try file.append(block) }
      try file.commit()
    }
  }

  private func put(_ bytes: [UInt8], _ target: String) throws {
    try Data(bytes).write(to: URL(filePath: target))
  }
}
