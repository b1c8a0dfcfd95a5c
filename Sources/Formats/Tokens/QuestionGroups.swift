import Storage

/// The questions whose choices the documents of a file are.
///
/// The documents are the choices of the first question, then those of the second, and so on.
package struct QuestionGroups: Codable, Equatable, Sendable {
  /// The number of choices of each question, two or more.
  package var choices: [Int]
  /// The index of the right choice of each question.
  package var answers: [Int]

  package init(choices: [Int], answers: [Int]) { (self.choices, self.answers) = (choices, answers) }

  /// The number of documents, one for each choice.
  package var documents: Int { choices.reduce(0, +) }

  /// Checks that choices and answers fit each other.
  ///
  /// - Throws: `FileError.content` for the file at `path` if they do not.
  func check(path: String) throws(FileError) {
    let isSound =
      choices.count == answers.count
      && zip(choices, answers).allSatisfy { 2...(1 << 20) ~= $0 && 0..<$0 ~= $1 }
    guard isSound else {
      throw .content(path: path, place: "header", problem: "its choices and answers disagree")
    }
  }
}
