import Storage

/// Which documents of a file are the choices of which question, and which of them are right.
///
/// The documents are the choices of the first question, then those of the second, and so on.
package struct QuestionGroups: Codable, Equatable, Sendable {
  /// By question: how many choices it has, two or more.
  package var choices: [Int]
  /// By question: the index of the right one.
  package var answers: [Int]

  package init(choices: [Int], answers: [Int]) { (self.choices, self.answers) = (choices, answers) }

  package var documents: Int { choices.reduce(0, +) }

  func check(path: String) throws(FileError) {
    let isSound =
      choices.count == answers.count
      && zip(choices, answers).allSatisfy { 2...(1 << 20) ~= $0 && 0..<$0 ~= $1 }
    guard isSound else {
      throw .content(path: path, place: "header", problem: "its choices and answers disagree")
    }
  }
}
