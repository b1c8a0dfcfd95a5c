package import Storage

/// One question of a task file: of several choices, or to be answered in the model's own words.
package struct Question: Equatable, Sendable {
  /// A text of which only the end is scored.
  package struct Candidate: Equatable, Sendable {
    /// What the model is given.
    package let prompt: String
    /// What it is asked the probability of.
    package let answer: String

    package init(prompt: String, answer: String) { (self.prompt, self.answer) = (prompt, answer) }
  }

  /// One for each choice.
  package let candidates: [Candidate]
  /// Which of the candidates is right.
  package let correct: Int
  /// Of a question that the model answers itself: what it may write. The first is the only candidate.
  package let accepted: [String]

  package init(candidates: [Candidate], correct: Int, accepted: [String] = []) {
    (self.candidates, self.correct, self.accepted) = (candidates, correct, accepted)
  }
}

/// The questions of one task, in the order of its file.
package struct TaskSet: Equatable, Sendable {
  package let name: String
  /// The file it comes from.
  package let path: String
  package var questions: [Question]

  package init(name: String, path: String, questions: [Question]) {
    (self.name, self.path, self.questions) = (name, path, questions)
  }

  /// Reads task files: JSON lines `{"task","context","choices","answer"}`, or with `answers` instead of the
  /// last two, of any compression.
  ///
  /// Tasks come in the order of their first questions. One task in two files is an error: the two
  /// are most likely its training and its test questions.
  package static func read(_ paths: [String]) throws(FileError) -> [TaskSet] {
    var sets: [TaskSet] = []
    for path in paths {
      let reader = try LineReader(path)
      let first = sets.count
      while let line = try reader.next() {
        let place = "line \(line.number)"
        let fields = try QuestionLine(line.bytes, path: reader.name, place: place)
        let question = try fields.question(path: reader.name, place: place)
        guard let index = sets.firstIndex(where: { $0.name == fields.task }) else {
          sets.append(TaskSet(name: fields.task, path: reader.name, questions: [question]))
          continue
        }
        guard index >= first else {
          throw .content(
            path: reader.name, place: place,
            problem: "task \(fields.task) is in \(sets[index].path) already; give one of the two")
        }
        sets[index].questions.append(question)
      }
      guard sets.count > first else { throw .content(path: path, problem: "holds no question") }
    }
    return sets
  }
}

/// A line of a task file.
private struct QuestionLine: Decodable {
  var task: String
  var context: String
  var choices: [String]?
  /// The index of the right choice.
  var answer: Int?
  /// Instead of choices: all answers that are accepted.
  var answers: [String]?
  /// In tasks whose choices are contexts: the end that they have in common.
  var continuation: String?

  init(_ bytes: ArraySlice<UInt8>, path: String, place: String) throws(FileError) {
    do { self = try JSON.decode(QuestionLine.self, from: bytes, path: path, place: place) } catch {
      guard case .content(let path, let place, let problem) = error else { throw error }
      let shape = #"{"task","context","choices","answer"}, answer the index of a choice"#
      throw .content(path: path, place: place, problem: "\(problem); a question is \(shape)")
    }
  }

  func question(path: String, place: String) throws(FileError) -> Question {
    func refuse(_ problem: String) -> FileError {
      .content(path: path, place: place, problem: problem)
    }
    if let answers {
      guard choices == nil, continuation == nil else {
        throw refuse("has choices and accepted answers; a question has one of the two")
      }
      guard let first = answers.first else { throw refuse("has no accepted answer") }
      for (index, answer) in answers.enumerated() where answer.allSatisfy(\.isWhitespace) {
        throw refuse("accepted answer \(index) is empty")
      }
      return Question(
        candidates: [.init(prompt: context, answer: first)], correct: 0, accepted: answers)
    }
    guard let choices else { throw refuse(#"has no field "choices""#) }
    guard let answer else { throw refuse(#"has no field "answer""#) }
    guard !choices.isEmpty else { throw refuse("has no choices") }
    guard choices.indices.contains(answer) else {
      throw refuse("answer \(answer) is none of its \(choices.count) choices, which count from 0")
    }
    for (index, choice) in choices.enumerated() where choice.allSatisfy(\.isWhitespace) {
      throw refuse("choice \(index) is empty")
    }
    if let continuation {
      guard !continuation.allSatisfy(\.isWhitespace) else { throw refuse("continuation is empty") }
    }
    return Question(
      candidates: choices.map { choice in
        guard let continuation else { return .init(prompt: context, answer: choice) }
        return .init(prompt: joined(context, choice), answer: continuation)
      }, correct: answer)
  }
}

/// `start` and `end` with a space between them, unless there is white space already or nothing before.
package func joined(_ start: String, _ end: String) -> String {
  start.isEmpty || start.last?.isWhitespace == true ? start + end : "\(start) \(end)"
}
