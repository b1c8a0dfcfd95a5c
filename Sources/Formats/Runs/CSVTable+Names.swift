/// Columns by shorter names.
extension CSVTable {
  /// The names of the columns without the words that all of them start and end with.
  ///
  /// `train_the_pile_arxiv` is `arxiv` if all columns start with `train_the_pile_`. Words end in
  /// `_`, `/`, `-`, `.`, `:` or a space. Names that would be empty or equal stay as they are.
  package var shortColumns: [String] { Self.shortened(columns) }

  /// Returns `columns` without the words that all of them start and end with.
  package static func shortened(_ columns: [String]) -> [String] {
    guard columns.count > 1 else { return columns }
    let pieces = columns.map { words($0) }
    let shortest = pieces.map(\.count).min() ?? 1
    var head = 0
    while head < shortest - 1, pieces.allSatisfy({ $0[head] == pieces[0][head] }) { head += 1 }
    var tail = 0
    while tail < shortest - 1 - head,
      pieces.allSatisfy({ $0[$0.count - 1 - tail] == pieces[0][pieces[0].count - 1 - tail] })
    { tail += 1 }
    let names = pieces.map { words in
      let kept = words[head..<words.count - tail].joined()
      return tail > 0 && kept.last.map(isSeparator) == true ? String(kept.dropLast()) : kept
    }
    return Set(names).count == names.count && !names.contains("") ? names : columns
  }

  private static func isSeparator(_ character: Character) -> Bool { "_/-.: ".contains(character) }

  /// The words of a name, each with the separator after it.
  private static func words(_ name: String) -> [String] {
    var (words, word): ([String], String) = ([], "")
    for character in name {
      word.append(character)
      if isSeparator(character) {
        words.append(word)
        word = ""
      }
    }
    return words + (word.isEmpty ? [] : [word])
  }
}
