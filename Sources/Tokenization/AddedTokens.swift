/// Finds tokens that stand in the text literally: at each place the longest, from left to right.
struct AddedTokens: Sendable {
  private struct Node: Sendable {
    var children: [UInt8: Int] = [:]
    var id: Int32?
  }

  private var nodes = [Node()]
  private var startsToken = [Bool](repeating: false, count: 256)
  var isEmpty: Bool { nodes.count == 1 }

  init(_ tokens: [(content: [UInt8], id: Int32)]) {
    for token in tokens where !token.content.isEmpty {
      startsToken[Int(token.content[0])] = true
      var node = 0
      for byte in token.content {
        if let next = nodes[node].children[byte] {
          node = next
        } else {
          nodes.append(Node())
          nodes[node].children[byte] = nodes.count - 1
          node = nodes.count - 1
        }
      }
      nodes[node].id = token.id
    }
  }

  /// The first token at or after `start`, or nil.
  func first(in text: Span<UInt8>, from start: Int) -> (range: Range<Int>, id: Int32)? {
    guard !isEmpty else { return nil }
    for position in start..<text.count where startsToken[Int(text[position])] {
      if let (end, id) = longest(in: text, at: position) { return (position..<end, id) }
    }
    return nil
  }

  private func longest(in text: Span<UInt8>, at start: Int) -> (end: Int, id: Int32)? {
    var (node, position) = (0, start)
    var found: (end: Int, id: Int32)?
    while position < text.count, let next = nodes[node].children[text[position]] {
      (node, position) = (next, position + 1)
      if let id = nodes[node].id { found = (position, id) }
    }
    return found
  }
}
