package import Storage

/// A question of a task file, with several choices, or to be answered in the model's own words.
package struct Question: Equatable, Sendable {
  /// A text of which only the end is scored.
  package struct Candidate: Equatable, Sendable {
    /// The text that the model is given.
    package let prompt: String
    /// The text whose probability the model is asked for.
    package let answer: String

    package init(prompt: String, answer: String) { (self.prompt, self.answer) = (prompt, answer) }
  }

  /// The candidates, one for each choice.
  package let candidates: [Candidate]
  /// The index of the right candidate.
  package let correct: Int
  /// The answers that a model may write itself, the first also the only candidate; else none.
  package let accepted: [String]

  package init(candidates: [Candidate], correct: Int, accepted: [String] = []) {
    (self.candidates, self.correct, self.accepted) = (candidates, correct, accepted)
  }
}

/// The questions of one task, in the order of its file.
package struct TaskSet: Equatable, Sendable {
  package let name: String
  /// The origin of the task, for people: a file, or `ARCHIVE(MEMBER)`.
  package let path: String
  /// The files that were read: the task's own or its archive, and labels; none for streams.
  package let sources: [String]
  package private(set) var questions: [Question]
  /// The number that each question has in its file, from 0.
  package private(set) var numbers: [Int]

  package init(name: String, path: String, sources: [String] = [], questions: [Question]) {
    (self.name, self.path, self.sources, self.questions) = (name, path, sources, questions)
    numbers = Array(questions.indices)
  }

  /// The questions at `indices`, each with the number that it has here.
  package func subset(_ indices: [Int]) -> TaskSet {
    var set = self
    (set.questions, set.numbers) = (indices.map { questions[$0] }, indices.map { numbers[$0] })
    return set
  }

  /// The task with all prompts brought to the form of `QuestionForm`.
  package var formed: TaskSet {
    var set = self
    set.questions = questions.map(QuestionForm.formed)
    return set
  }

  private mutating func append(_ more: [Question]) {
    numbers += questions.count..<questions.count + more.count
    questions += more
  }

  /// Reads task files of any format of `TaskFormat` and any compression, or `ARCHIVE:MEMBER`.
  ///
  /// Questions in our own format name their task; others are of one task, which has the file's
  /// name. Tasks come in the order of their first questions. One task in two files is an error: the
  /// two are most likely its training and its test questions.
  ///
  /// - Throws: `FileError` if a file cannot be read, is of no format, or has no question.
  package static func read(_ paths: [String]) throws(FileError) -> [TaskSet] {
    var sets: [TaskSet] = []
    for path in paths {
      let first = sets.count
      for file in try TaskRecords.read(TaskSource(path)) {
        for (record, place) in try file.parsed() {
          let task = record.task ?? file.name
          guard let index = sets.firstIndex(where: { $0.name == task }) else {
            sets.append(
              TaskSet(
                name: task, path: file.path, sources: file.sources, questions: record.questions))
            continue
          }
          guard index >= first, sets[index].path == file.path else {
            throw .content(
              path: file.path, place: place,
              problem: "task \(task) is in \(sets[index].path) already; give one of the two")
          }
          sets[index].append(record.questions)
        }
      }
      guard sets.count > first else { throw .content(path: path, problem: "holds no question") }
      for set in sets[first...] where set.questions.isEmpty {
        throw .content(
          path: set.path,
          problem: "holds no question of \(set.name) with a right answer; leave that task out")
      }
    }
    return sets
  }

  /// Reads one task, whatever its file calls it.
  ///
  /// - Parameter format: The format it is published in; ours and llm-foundry's are read too.
  /// - Throws: `FileError` if the file cannot be read, is of another format, or has no question.
  package init(
    _ name: String, from source: TaskSource, format: TaskFormat
  ) throws(FileError) {
    let files = try TaskRecords.read(source, textIsPermitted: format == .lambada)
    guard let file = files.first, files.count == 1 else {
      throw .content(
        path: source.path,
        problem: files.isEmpty
          ? "holds no question" : "holds several files; name one, as in ARCHIVE.zip:dev.jsonl")
    }
    let records = try file.parsed(as: [format, .plain, .foundry])
    let tasks = Set(records.compactMap(\.record.task))
    guard tasks.count < 2 else {
      throw .content(
        path: file.path, problem: "holds the tasks \(tasks.sorted().joined(separator: ", "))")
    }
    self.init(
      name: name, path: file.path, sources: file.sources,
      questions: records.flatMap(\.record.questions))
    guard !questions.isEmpty else { throw .content(path: file.path, problem: "holds no question") }
  }
}

/// Returns `start`, a space and `end`; no space if `start` is empty or ends in white space.
package func joined(_ start: String, _ end: String) -> String {
  start.isEmpty || start.last?.isWhitespace == true ? start + end : "\(start) \(end)"
}
