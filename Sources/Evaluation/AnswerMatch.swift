import Formats
package import Tasks

extension TaskScores.Detail.Generation {
  /// Compares what the model wrote with the accepted answers, of which the closest counts.
  ///
  /// Both sides are lower-cased, without punctuation and the words a, an, the. F1 counts the words
  /// that both have, each as often as it occurs in both.
  /// Source: Rajpurkar et al. 2016, arXiv:1606.05250, section 6.1, and its evaluate-v1.1.py.
  package init(_ text: String, accepted: [String]) {
    let found = answerWords(text)
    let answers = accepted.map(answerWords)
    self.init(
      text: text, isExactMatch: answers.contains(found),
      f1: answers.map { overlap($0, found) }.max() ?? 0)
  }
}

private let punctuation = Set(##"!"#$%&'()*+,-./:;<=>?@[\]^_`{|}~"##)
private let articles: Set = ["a", "an", "the"]

private func answerWords(_ text: String) -> [String] {
  text.lowercased().filter { !punctuation.contains($0) }
    .split(whereSeparator: \.isWhitespace).map(String.init).filter { !articles.contains($0) }
}

/// The F1 of the words: 2 · shared / (words of both), the harmonic mean of precision and recall.
private func overlap(_ answer: [String], _ found: [String]) -> Double {
  var left = Dictionary(answer.map { ($0, 1) }, uniquingKeysWith: +)
  var shared = 0
  for word in found {
    guard let count = left[word], count > 0 else { continue }
    left[word] = count - 1
    shared += 1
  }
  return shared == 0 ? 0 : 2 * Double(shared) / Double(answer.count + found.count)
}
