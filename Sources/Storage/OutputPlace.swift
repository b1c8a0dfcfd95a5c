import Foundation
import Glibc

/// What an output's path leads to, through links.
enum OutputPlace: Equatable {
  case standardOutput
  /// A terminal, another device or a FIFO, to which bytes go out as they come.
  case stream
  /// A file, there already or not, that can be replaced; its path has no link at its end.
  case file(String)

  /// - Throws: `FileError.system` if bytes cannot be written there: to a folder, a disk, a socket.
  init(_ path: String) throws(FileError) {
    guard !["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"].contains(path) else {
      self = .standardOutput
      return
    }
    var status = stat()
    guard unsafe stat(path, &status) == 0 else {
      self = .file(try Self.target(of: path))
      return
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: self = .file(try Self.target(of: path))
    case S_IFCHR, S_IFIFO: self = .stream
    case S_IFDIR: throw .system(path: path, action: "write", code: EISDIR)
    default: throw .system(path: path, action: "write to what is no file", code: EOPNOTSUPP)
    }
  }

  /// The path that a link leads to, which may be of nothing yet.
  private static func target(of path: String) throws(FileError) -> String {
    var place = path
    for _ in 0..<40 {
      var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
      let length = unsafe readlink(place, &buffer, buffer.count)
      guard length >= 0 else { return place }
      let name = String(decoding: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
      let folder = place.lastIndex(of: "/").map { place[...$0] } ?? ""
      place = name.hasPrefix("/") ? name : folder + name
    }
    throw .system(path: path, action: "create", code: ELOOP)
  }
}

/// The first of the outputs that is the file that one before it is, or nil.
///
/// Devices and FIFOs, and standard output, take as many as there are.
package func writtenTwice(_ paths: [String]) -> String? {
  var places: Set<String> = []
  return paths.first { path in
    guard case .file(let place)? = try? OutputPlace(path) else { return false }
    let url = URL(filePath: place).standardizedFileURL.resolvingSymlinksInPath()
    return !places.insert(url.path).inserted
  }
}
