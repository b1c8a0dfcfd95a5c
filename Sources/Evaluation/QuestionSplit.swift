import Formats
import Storage
package import Tasks
import Tokenization

/// Which questions of a task are for validation and which for testing.
///
/// The hash of what is asked tells, as that of a document of a corpus does; so a question stays in its split whatever
/// others there are, and with it all that ask the same for another right answer.
package struct QuestionSplit: Sendable {
  /// Share of the questions to test with; the others are for validation.
  package var testFraction: Double
  /// At most so many of each split are kept: those whose hashes are the smallest, of equals the first.
  package var maximumQuestions: Int?

  package init(testFraction: Double, maximumQuestions: Int?) {
    (self.testFraction, self.maximumQuestions) = (testFraction, maximumQuestions)
  }

  /// Their indices, in the order of the file.
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
  /// What is asked, whichever answer is right: the prompt; of choices with prompts of their own, or with none, the texts
  /// of the wrong ones, a line each, which all right answers are asked beside; of a single choice without a prompt its
  /// text.
  fileprivate var asked: String {
    let prompts = Set(candidates.map(\.prompt))
    if let prompt = prompts.first, prompts.count == 1, !prompt.isEmpty { return prompt }
    let wrong = candidates.indices.filter { $0 != correct }.map { candidates[$0] }
    return (wrong.isEmpty ? candidates : wrong).map { joined($0.prompt, $0.answer) }
      .joined(separator: "\n")
  }
}
