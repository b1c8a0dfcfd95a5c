import Foundation

/// The working tree that the tests were compiled from.
package enum Repository {
  package static let path = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  /// The path of `name`, as in `data/README.md`.
  package static func file(_ name: String) -> String { "\(path)/\(name)" }
}
