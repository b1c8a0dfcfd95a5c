import Evaluation
import Testing

struct PassageTests {
  /// Every character is a token, and a space belongs to the character after it, as in byte-level
  /// BPE.
  private func encode(_ text: String) -> [Int32] {
    var tokens: [Int32] = []
    var pending: Int32 = 0
    for scalar in text.unicodeScalars {
      if scalar == " " {
        if pending > 0 { tokens.append(pending) }
        pending = 1000
      } else {
        tokens.append(pending + Int32(scalar.value))
        pending = 0
      }
    }
    return pending > 0 ? tokens + [pending] : tokens
  }

  private func byCharacter(prompt: String, text: String) -> Passage? {
    Passage(endOfText: 0, prompt: prompt, text: text, encode: encode)
  }

  @Test(arguments: [
    ("ab", "ab cd", 2),  // " c" and "d"
    ("ab ", "ab cd", 2),  // the space of the prompt belongs to the answer
    ("", "cd", 2),
  ])
  func `the answer's tokens are those after the prompt's`(
    prompt: String, text: String, scored: Int
  ) throws {
    let passage = try #require(byCharacter(prompt: prompt, text: text))
    #expect(passage.scored == scored)
    #expect(passage.tokens == [0] + encode(text))
  }

  @Test func `a token that spans the boundary is scored`() throws {
    let passage = try #require(
      Passage(endOfText: 0, prompt: "ab", text: "abc") { $0 == "abc" ? [1, 23] : [1, 2] })
    #expect(passage.scored == 1)
  }

  @Test func `an answer without tokens is no passage`() {
    #expect(byCharacter(prompt: "ab", text: "ab") == nil)
  }

  @Test func `what fits is one window`() {
    let passage = Passage(tokens: Array(0..<9), scored: 3)
    #expect(passage.windows(context: 8) == [passage])
    #expect(!passage.isTruncated(context: 8))
  }

  @Test func `a long prompt loses its start`() {
    let passage = Passage(tokens: Array(0..<20), scored: 3)
    #expect(passage.windows(context: 8) == [Passage(tokens: Array(11..<20), scored: 3)])
    #expect(passage.isTruncated(context: 8))
  }

  @Test(arguments: 1...12, 1...40)
  func `windows score every token once, in order`(context: Int, scored: Int) {
    let passage = Passage(tokens: Array(0..<50), scored: scored)
    let windows = passage.windows(context: context)
    #expect(windows.flatMap { $0.tokens.suffix($0.scored) } == passage.tokens.suffix(scored))
    for window in windows {
      #expect(window.tokens.count <= context + 1 && window.scored < window.tokens.count)
      #expect(window.tokens == Array(window.tokens[0]...window.tokens[window.tokens.count - 1]))
    }
  }
}
