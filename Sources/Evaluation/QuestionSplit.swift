import Formats
import Storage
package import Tasks
import Tokenization

/// A rule that splits the questions of a task into those for validation and those for testing.
///
/// The hash of what is asked decides, as that of a document of a corpus does. So a question stays
/// in its split whatever others there are, and all questions that ask the same for different right
/// answers are in the same split.
package struct QuestionSplit: Sendable {
  /// The share of the questions to test with; the others are for validation.
  package var testFraction: Double
  /// The most questions of a split that are kept, or nil for all.
  ///
  /// Those with the smallest hashes are kept, and of equals the first ones.
  package var maximumQuestions: Int?

  package init(testFraction: Double, maximumQuestions: Int?) {
    (self.testFraction, self.maximumQuestions) = (testFraction, maximumQuestions)
  }

  /// The indices of the questions that are for testing, or not, in the order of the file.
  ///
  /// - Throws: `EvaluationError.emptySplit` if there are none, unless none are to be for testing.
  package func questions(of set: TaskSet, forTesting isTest: Bool) throws(EvaluationError) -> [Int]
  {
    let splitter = Splitter(validationFraction: 0, testFraction: testFraction)
    let hashes = set.questions.map { sha256Digest(Array($0.asked.utf8)) }
    let all = set.questions.indices.filter {
      (splitter.split(digest: hashes[$0]) == .test) == isTest
    }
    let kept = all.sorted {
      hashes[$0] == hashes[$1] ? $0 < $1 : hashes[$0].lexicographicallyPrecedes(hashes[$1])
    }.prefix(maximumQuestions ?? .max)
    if kept.isEmpty, !isTest || testFraction > 0 {
      throw .emptySplit(
        task: set.name, split: isTest ? Split.test.rawValue : Split.validation.rawValue,
        path: set.path)
    }
    return kept.sorted()
  }
}

extension Question {
  /// What is asked, whichever answer is right.
  ///
  /// That is the prompt, if all choices have the same one. Else it is the texts of the wrong
  /// choices, a line each, since every right answer is asked beside them; or the text of the only
  /// choice.
  fileprivate var asked: String {
    let prompts = Set(candidates.map(\.prompt))
    if let prompt = prompts.first, prompts.count == 1, !prompt.isEmpty { return prompt }
    let wrong = candidates.indices.filter { $0 != correct }.map { candidates[$0] }
    return (wrong.isEmpty ? candidates : wrong).map { joined($0.prompt, $0.answer) }
      .joined(separator: "\n")
  }
}
