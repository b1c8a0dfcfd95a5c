import Kernels
import Parallel
import Storage
import Tasks

/// Questions of made-up words with four choices each, about as long as those of ARC.
struct MadeUpQuestions {
  let count: Int
  let seed: UInt64

  private struct Line: Encodable {
    var task = "made-up"
    var context: String
    var choices: [String]
    var answer: Int
  }

  /// Writes the questions to `path`, and returns that.
  func write(to path: String) throws -> String {
    var random = RandomStream(seed: seed, purpose: "made-up questions")
    let words = Self.words(2000)
    func text(_ range: Range<Int>) -> String {
      let length = range.lowerBound + random.index(below: range.count)
      return (0..<length).map { _ in words[random.index(below: words.count)] }
        .joined(separator: " ")
    }
    let writer = try LineWriter(path)
    for _ in 0..<count {
      try writer.write(
        JSON.encode(
          Line(
            context: "Question: \(text(10..<40))?\nAnswer:",
            choices: (0..<4).map { _ in text(1..<12) },
            answer: random.index(below: 4))))
    }
    try writer.commit()
    return path
  }

  /// Words of one to three syllables, the same for every seed.
  private static func words(_ count: Int) -> [String] {
    var random = RandomStream(seed: 1, purpose: "words")
    let (consonants, vowels) = (Array("bcdfghklmnprstvw"), Array("aeiou"))
    return (0..<count).map { _ in
      (0...random.index(below: 3)).map { _ in
        String([
          consonants[random.index(below: consonants.count)],
          vowels[random.index(below: vowels.count)],
          consonants[random.index(below: consonants.count)],
        ])
      }.joined()
    }
  }
}
