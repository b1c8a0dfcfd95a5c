import Glibc

/// Returns which of the names `known` is most like `name`: what a person may have meant.
///
/// Like are names of which at most a third of the letters, an extension's aside, is other: left
/// out, added, replaced or changed places with the next; and then those that begin with `name`.
/// Capitals count as small letters. `data/make/nearest` is the same for make. nil if no name is
/// like it.
package func nearestName(to name: String, among known: some Sequence<String>) -> String? {
  let letters = Array(name.lowercased())
  let stem = letters.lastIndex(of: ".") ?? letters.count
  var (best, least) = (nil as String?, (stem + 1) / 3 + 1)
  var longer: String?
  for other in known where other != name {
    let others = Array(other.lowercased())
    let count = edits(from: letters, to: others, below: least)
    if count < least { (best, least) = (other, count) }
    if longer == nil, letters.count > 1, others.starts(with: letters) { longer = other }
  }
  return best ?? longer
}

/// What to do about a `name` that is none of those `known`, for the end of a message.
///
/// It is `did you mean Github? Known are ArXiv, Github`, or without a name like it
/// `known are ArXiv, Github`.
package func choices(_ known: [String], insteadOf name: String) -> String {
  let list = known.isEmpty ? "none" : known.joined(separator: ", ")
  guard let near = nearestName(to: name, among: known) else { return "known are \(list)" }
  return "did you mean \(near)? Known are \(list)"
}

/// Returns the path that a person may have meant by `path`, where nothing is.
///
/// Of the part that is missing first, the folder before it has one of a name like it, and all that
/// follows is there too. nil if there is no such path.
func nearestPath(to path: String) -> String? {
  var parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
  var known = path.hasPrefix("/") ? "/" : "."
  for (index, part) in parts.enumerated() where !part.isEmpty {
    let next = "\(known)/\(part)"
    if unsafe access(next, F_OK) == 0 {
      known = next
      continue
    }
    guard let names = try? names(inFolder: known), let near = nearestName(to: part, among: names)
    else { return nil }
    parts[index] = near
    let meant = parts.joined(separator: "/")
    return unsafe access(meant, F_OK) == 0 ? meant : nil
  }
  return nil
}

/// The number of edits that make `target` of `source`, or `limit` if it is not below that.
///
/// An edit leaves a letter out, adds or replaces one, or swaps two neighbours: optimal string
/// alignment, row by row.
private func edits(from source: [Character], to target: [Character], below limit: Int) -> Int {
  guard abs(source.count - target.count) < limit else { return limit }
  var before: [Int] = []
  var last = Array(0...target.count)
  for i in source.indices {
    var row = [i + 1]
    for j in target.indices {
      var least = min(
        row[j] + 1, last[j + 1] + 1, last[j] + (source[i] == target[j] ? 0 : 1))
      if i > 0, j > 0, source[i] == target[j - 1], source[i - 1] == target[j] {
        least = min(least, before[j - 1] + 1)
      }
      row.append(least)
    }
    (before, last) = (last, row)
  }
  return min(last[target.count], limit)
}
