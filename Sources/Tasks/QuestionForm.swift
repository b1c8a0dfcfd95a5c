/// The one form in which questions are put to a model, whoever published them.
///
///     PASSAGE
///     Question: QUESTION
///     Answer:
///
/// The first line is left away if there is no passage.
package enum QuestionForm {
  /// The prompt of a question, with or without a passage.
  static func prompt(passage: String? = nil, question: String) -> String {
    let asked = "Question: \(question.trimming(while: \.isWhitespace))\nAnswer:"
    let passage = passage?.trimming(while: \.isWhitespace) ?? ""
    return passage.isEmpty ? asked : "\(passage)\n\(asked)"
  }

  /// The question with its prompts brought to the form.
  ///
  /// What follows the last `Question:` that starts a line is the question, or all if there is none;
  /// what stands before it is the passage, without `Passage:` or `Context:`. A final line `Answer:`
  /// is not part of either. If the prompt lists the choices by letter, and the letters are the
  /// choices, the choices themselves take their place.
  package static func formed(_ question: Question) -> Question {
    var candidates = question.candidates.map { candidate in
      Question.Candidate(prompt: unfinished(candidate.prompt), answer: candidate.answer)
    }
    if let named = candidates.first.flatMap({ choicesByLetter($0.prompt, candidates.map(\.answer)) }
    ) {
      candidates = named.choices.map { .init(prompt: named.prompt, answer: $0) }
    }
    return Question(
      candidates: candidates.map { .init(prompt: formed($0.prompt), answer: $0.answer) },
      correct: question.correct, accepted: question.accepted)
  }

  /// The prompt without white space and `Answer:` at its end.
  private static func unfinished(_ prompt: String) -> String {
    let text = prompt.trimmingEnd(while: \.isWhitespace)
    guard text.hasSuffix("\nAnswer:") else { return String(text) }
    return String(text.dropLast("\nAnswer:".count).trimmingEnd(while: \.isWhitespace))
  }

  private static func formed(_ prompt: String) -> String {
    let mark = "Question:"
    let lines = prompt.split(separator: "\n", omittingEmptySubsequences: false)
    guard let line = lines.lastIndex(where: { $0.hasPrefix(mark) }) else {
      return Self.prompt(question: prompt)
    }
    var passage = lines[..<line].joined(separator: "\n")
    for label in ["Passage: ", "Context: "] where passage.hasPrefix(label) {
      passage.removeFirst(label.count)
    }
    let question = lines[line...].joined(separator: "\n").dropFirst(mark.count)
    return Self.prompt(passage: passage, question: String(question))
  }

  /// The choices that `prompt` lists as `A. …` after a line `Choices:`, and the prompt without
  /// them.
  private static func choicesByLetter(
    _ prompt: String, _ letters: [String]
  ) -> (prompt: String, choices: [String])? {
    guard let start = prompt.lastRange(of: "\nChoices:\n") else { return nil }
    let lines = prompt[start.upperBound...].split(separator: "\n")
    guard lines.count == letters.count else { return nil }
    var choices: [String] = []
    for (line, letter) in zip(lines, letters) {
      guard line.hasPrefix("\(letter). ") else { return nil }
      choices.append(String(line.dropFirst(letter.count + 2)))
    }
    return (String(prompt[..<start.lowerBound]), choices)
  }
}

extension StringProtocol {
  /// The string without the characters at its end that are to be dropped.
  package func trimmingEnd(while isDropped: (Character) -> Bool) -> SubSequence {
    var end = endIndex
    while end > startIndex, isDropped(self[index(before: end)]) { end = index(before: end) }
    return self[..<end]
  }

  /// The string without the characters at both ends that are to be dropped.
  func trimming(while isDropped: (Character) -> Bool) -> SubSequence.SubSequence {
    trimmingEnd(while: isDropped).drop(while: isDropped)
  }

  /// The range of the last `part`, or nil if there is none.
  func lastRange(of part: String) -> Range<Index>? { ranges(of: part).last }
}
