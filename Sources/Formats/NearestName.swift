/// Returns the one of `names` that a misspelled `name` most likely means; nil if none is near.
///
/// Near is an edit distance, without regard to case, of at most a third of the name's length; a
/// name that begins with `name` is near too.
package func nearestName(to name: String, among names: [String]) -> String? {
  let wanted = Array(name.lowercased())
  guard !wanted.isEmpty else { return nil }
  let near = names.compactMap { candidate -> (name: String, distance: Int)? in
    let other = Array(candidate.lowercased())
    let distance = editDistance(wanted, other)
    if distance <= max(1, wanted.count / 3) { return (candidate, distance) }
    return other.starts(with: wanted) ? (candidate, other.count) : nil
  }
  return near.min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
}

/// Returns the number of characters to insert, delete or replace to make `a` of `b`.
private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
  var row = Array(0...b.count)
  for i in a.indices {
    var diagonal = row[0]
    row[0] = i + 1
    for j in b.indices {
      let replaced = diagonal + (a[i] == b[j] ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
    }
  }
  return row[b.count]
}
