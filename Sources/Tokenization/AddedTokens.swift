import Formats

/// The tokens that are found in a text literally: at each place the longest, from left to right.
///
/// Source: `AddedVocabulary::find_matches` of Hugging Face tokenizers.
struct AddedTokens: Sendable {
  /// The next node for every byte, or 0, of each node of the tree of the tokens' contents.
  private var children = [Int32](repeating: 0, count: 256)
  /// The index of the token that ends at each node, or -1.
  private var tokenOfNode: [Int32] = [-1]
  private var tokens: [TokenizerFile.AddedToken] = []
  private var startsToken = [Bool](repeating: false, count: 256)

  var isEmpty: Bool { tokens.isEmpty }

  init(_ tokens: [(content: [UInt8], token: TokenizerFile.AddedToken)]) {
    for (content, token) in tokens where !content.isEmpty {
      startsToken[Int(content[0])] = true
      var node = 0
      for byte in content {
        let place = node << 8 | Int(byte)
        if children[place] == 0 {
          children[place] = Int32(tokenOfNode.count)
          tokenOfNode.append(-1)
          children += [Int32](repeating: 0, count: 256)
        }
        node = Int(children[place])
      }
      tokenOfNode[node] = Int32(self.tokens.count)
      self.tokens.append(token)
    }
  }

  /// The first token at or after `start`, with the white space that belongs to it, or nil.
  func first(in text: Span<UInt8>, from start: Int) -> (range: Range<Int>, id: Int32)? {
    guard !isEmpty else { return nil }
    var position = start
    while position < text.count {
      guard startsToken[Int(text[position])], let (end, index) = longest(in: text, at: position)
      else {
        position += 1
        continue
      }
      let token = tokens[index]
      if token.isSingleWord,
        endsWithWord(text, before: position) || startsWithWord(text, at: end)
      {
        position = end
        continue
      }
      let first =
        token.takesSpaceBefore ? spaceStart(text, before: position, limit: start) : position
      let last = token.takesSpaceAfter ? spaceEnd(text, from: end) : end
      return (first..<last, token.id)
    }
    return nil
  }

  private func longest(in text: Span<UInt8>, at start: Int) -> (end: Int, index: Int)? {
    var (node, position) = (0, start)
    var found: (end: Int, index: Int)?
    while position < text.count {
      node = Int(children[node << 8 | Int(text[position])])
      if node == 0 { break }
      position += 1
      if tokenOfNode[node] >= 0 { found = (position, Int(tokenOfNode[node])) }
    }
    return found
  }

  private func startsWithWord(_ text: Span<UInt8>, at position: Int) -> Bool {
    guard position < text.count,
      let (scalar, _) = decodedScalar(in: text, at: position, to: text.count)
    else { return false }
    return isWordCharacter(scalar)
  }

  private func endsWithWord(_ text: Span<UInt8>, before position: Int) -> Bool {
    scalarStart(text, before: position).map { isWordCharacter($0.scalar) } ?? false
  }

  private func spaceStart(_ text: Span<UInt8>, before position: Int, limit: Int) -> Int {
    var start = position
    while start > limit, let (scalar, before) = scalarStart(text, before: start),
      Unicode.Scalar(scalar)?.properties.isWhitespace == true
    {
      start = before
    }
    return max(start, limit)
  }

  private func spaceEnd(_ text: Span<UInt8>, from position: Int) -> Int {
    var end = position
    while end < text.count, let (scalar, after) = decodedScalar(in: text, at: end, to: text.count),
      Unicode.Scalar(scalar)?.properties.isWhitespace == true
    {
      end = after
    }
    return end
  }

  /// The scalar that ends at `position`, and where it starts.
  private func scalarStart(_ text: Span<UInt8>, before position: Int) -> (
    scalar: UInt32, start: Int
  )? {
    for length in 1...4 where length <= position {
      if let (scalar, end) = decodedScalar(in: text, at: position - length, to: position),
        end == position
      {
        return (scalar, position - length)
      }
    }
    return nil
  }

  /// Whether a scalar is in `\w` of the `regex` crate, as in the step `Whitespace`.
  private func isWordCharacter(_ value: UInt32) -> Bool { CharacterKinds.words[value] == 1 }
}
