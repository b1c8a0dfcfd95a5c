/// Returns whether `name` can be a folder's name and a key everywhere.
///
/// It is of letters, digits, `-`, `_` and `.`, of which the last does not come first; in tables
/// `-` alone says that there is none.
package func isPlainName(_ name: String) -> Bool {
  let isSafe = name.unicodeScalars.allSatisfy {
    ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0)
      || "-_.".unicodeScalars.contains($0)
  }
  return isSafe && !name.isEmpty && !name.hasPrefix(".") && name != "-"
}
