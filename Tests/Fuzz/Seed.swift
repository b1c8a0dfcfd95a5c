import Foundation
import Glibc
import Storage

/// A valid file to spoil, taken apart where a checksum would hide what is spoiled.
struct Seed {
  let path: String
  let reader: Reader
  private let content: Content

  private enum Content {
    case plain([UInt8])
    /// Header and blocks of a framed file, and the same compressed.
    case framed([[UInt8]], [Frame])
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
      content = .framed(parts, Self.frames(parts))
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
    case .framed(let parts, var frames):
      guard index % 8 != 0 else {
        return try put(mutator.spoiled(try readFile(path), with: parts[0]), target)
      }
      let part = mutator.draw(2) == 0 ? 0 : mutator.draw(parts.count)
      let spoiled = mutator.spoiled(parts[part], with: parts[mutator.draw(parts.count)])
      frames[part] = part == 0 ? Frame(header: spoiled) : Frame(spoiled)
      if mutator.draw(16) == 0 { frames.remove(at: mutator.draw(parts.count)) }
      try put(framedFile(frames), target)
    }
  }

  /// What checksums are computed of, as one array: the bytes of a plain or compressed file, or
  /// every part of a framed one after its length in four bytes.
  var encoded: [UInt8] {
    switch content {
    case .plain(let bytes), .compressed(let bytes): bytes
    case .framed(let parts, _):
      parts.flatMap { part in
        withUnsafeBytes(of: UInt32(part.count).littleEndian) { Array($0) } + part
      }
    }
  }

  /// Writes to `target` the file of which `encoded` is the content; a part that is longer than what
  /// is left takes what is left.
  func write(encoded: some Collection<UInt8>, to target: String) throws {
    guard case .framed = content else { return try put(Array(encoded), target) }
    var (parts, rest) = ([[UInt8]](), encoded[...])
    while rest.count >= 4 {
      let length = rest.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
      parts.append(Array(rest.dropFirst(4).prefix(length)))
      rest = rest.dropFirst(4).dropFirst(length)
    }
    try put(framedFile(Self.frames(parts)), target)
  }

  private static func frames(_ parts: [[UInt8]]) -> [Frame] {
    [Frame(header: parts.first ?? [])] + parts.dropFirst().map { Frame($0) }
  }

  private func put(_ bytes: [UInt8], _ target: String) throws {
    let descriptor = open(target, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
    defer { close(descriptor) }
    let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    guard count == bytes.count else { throw CocoaError(.fileWriteUnknown) }
  }

  var name: Substring { path.split(separator: "/").last ?? "" }

  /// Makes the folder, and links the other seeds into it: one may be the index of this, or one of
  /// the files that this lists.
  static func layOthers(than path: String, in folder: String) throws {
    try createFolder(folder)
    let own = URL(filePath: path)
    let seeds = own.deletingLastPathComponent()
    for name in try names(inFolder: seeds.path) where name != own.lastPathComponent {
      symlink(seeds.appending(path: name).path, "\(folder)/\(name)")
    }
  }
}
