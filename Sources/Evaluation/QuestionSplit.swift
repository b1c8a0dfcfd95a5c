package import Formats
import Storage
import Tokenization

/// Which questions of a task are for validation and which for testing.
///
/// The hash of prompt and right answer tells, as that of a document of a corpus does; so a question stays in its
/// split whatever others there are.
package struct QuestionSplit: Sendable {
  /// Share of the questions to test with; the others are for validation.
  package var testFraction: Double
  /// At most so many of each split are kept: those whose hashes are the smallest.
  package var maximumQuestions: Int?

  package init(testFraction: Double, maximumQuestions: Int?) {
    (self.testFraction, self.maximumQuestions) = (testFraction, maximumQuestions)
  }

  /// Their numbers, in the order of the file.
  package func questions(of set: TaskSet, forTesting isTest: Bool) throws(EvaluationError) -> [Int]
  {
    let splitter = Splitter(validationFraction: 0, testFraction: testFraction)
    let hashes = set.questions.map { question in
      let right = question.candidates[question.correct]
      return sha256Digest(Array(joined(right.prompt, right.answer).utf8))
    }
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
