package import Storage

/// Requires counts by domain that are none below 0, and few enough to be added up: below 2^52, of
/// less than 2048 domains.
///
/// - Throws: `FileError.content` for the file at `path`.
package func requireCounts(
  _ counts: [String: Int], of what: String, path: String, place: String = ""
) throws(FileError) {
  for (domain, count) in counts.sorted(by: { $0.key < $1.key }) where !(0..<1 << 52 ~= count) {
    throw .content(path: path, place: place, problem: "\(what) of \(domain) are \(count)")
  }
  guard counts.count < 2048 else {
    throw .content(path: path, place: place, problem: "\(what) of \(counts.count) domains")
  }
}
