/// A record of a published task file, in one of its formats.
protocol PublishedRecord: Decodable {
  /// The sets of keys, each of which tells the format; `a.b` is the key b of the object a.
  static var marks: [Set<String>] { get }
  /// The keys that a record of the format may have, or nil if it may have any others.
  static var allKeys: Set<String>? { get }
  /// The shape of a record, for messages.
  static var shape: String { get }
  /// The name of the task, if the record says it.
  var taskName: String? { get }
  /// The questions of the record, one for each right answer.
  ///
  /// - Parameter label: The label of this record in a file of labels, if there is one.
  /// - Throws: `RecordProblem` if the record is not one of the format.
  func questions(label: String?) throws(RecordProblem) -> [Question]
}

extension PublishedRecord {
  static var allKeys: Set<String>? { nil }
  var taskName: String? { nil }
}

/// The reason why a record is refused.
struct RecordProblem: Error {
  let text: String

  init(_ text: String) { self.text = text }

  static let noLabel = RecordProblem(
    "has no label, and no file -labels.lst beside it has; "
      + "questions without answers cannot be scored")
}

extension Question {
  /// Returns one question for each right answer, beside the wrong ones.
  ///
  /// - Parameters:
  ///   - answers: The indices of the right choices; if there are none, there is no question.
  ///   - mayLackText: Whether choices without text, such as some of MultiRC, are left out; else
  ///     they are an error.
  ///   - continuation: The text that is scored instead, if the choices are ends of the context.
  /// - Throws: `RecordProblem` if there is no choice, a text is empty, or an answer is no choice.
  static func asked(
    _ context: String, choices: [String], answers: [Int], mayLackText: Bool = false,
    continuation: String? = nil
  ) throws(RecordProblem) -> [Question] {
    guard !choices.isEmpty else { throw RecordProblem("has no choices") }
    for answer in answers where !choices.indices.contains(answer) {
      throw RecordProblem(
        "answer \(answer) is none of its \(choices.count) choices, which count from 0")
    }
    let empty = choices.indices.filter { choices[$0].allSatisfy(\.isWhitespace) }
    if let index = empty.first, !mayLackText { throw RecordProblem("choice \(index) is empty") }
    if let continuation, continuation.allSatisfy(\.isWhitespace) {
      throw RecordProblem("continuation is empty")
    }
    return answers.filter { !empty.contains($0) }.map { answer in
      let asked = choices.indices.filter {
        $0 == answer || !answers.contains($0) && !empty.contains($0)
      }
      return Question(
        candidates: asked.map { index in
          guard let continuation else { return .init(prompt: context, answer: choices[index]) }
          return .init(prompt: joined(context, choices[index]), answer: continuation)
        }, correct: asked.firstIndex(of: answer) ?? 0)
    }
  }
}

/// A record of our own format.
///
/// It is `{"task","context","choices","answer"}`, with `continuation` if the choices are contexts,
/// or with `answers` instead of the other fields if the model answers in its own words.
struct PlainRecord: PublishedRecord {
  static let marks: [Set<String>] = [["task"], ["context", "choices"]]
  static let shape = #"{"task","context","choices","answer"}, answer the index of a choice"#

  var task: String
  var context: String
  var choices: [String]?
  var answer: Indices?
  var answers: [String]?
  var continuation: String?

  var taskName: String? { task }

  func questions(label: String?) throws(RecordProblem) -> [Question] {
    if let answers { return [try generating(answers)] }
    guard let choices else { throw RecordProblem(#"has no field "choices""#) }
    guard let answer else { throw RecordProblem(#"has no field "answer""#) }
    return try Question.asked(
      context, choices: choices, answers: answer.values, mayLackText: answer.areSeveral,
      continuation: continuation)
  }

  private func generating(_ answers: [String]) throws(RecordProblem) -> Question {
    guard choices == nil, continuation == nil else {
      throw RecordProblem("has choices and accepted answers; a question has one of the two")
    }
    guard let first = answers.first else { throw RecordProblem("has no accepted answer") }
    for (index, answer) in answers.enumerated() where answer.allSatisfy(\.isWhitespace) {
      throw RecordProblem("accepted answer \(index) is empty")
    }
    return Question(
      candidates: [.init(prompt: context, answer: first)], correct: 0, accepted: answers)
  }

  /// The index of the right choice, or the indices of all right choices.
  struct Indices: Decodable {
    let values: [Int]
    let areSeveral: Bool

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let several = try? container.decode([Int].self) {
        (values, areSeveral) = (several, true)
      } else {
        areSeveral = false
        values = [try container.decode(Int.self)]
      }
    }
  }
}

/// A record of llm-foundry.
///
/// It is `{"query","choices","gold"}`, `{"context_options","continuation","gold"}` or
/// `{"context","continuation"}`.
/// Source: https://github.com/mosaicml/llm-foundry, scripts/eval/local_data.
struct FoundryRecord: PublishedRecord {
  static let marks: [Set<String>] = [
    ["query", "choices"], ["context_options", "continuation"], ["context", "continuation"],
  ]
  static let shape = #"{"query","choices","gold"}, gold the index of a choice"#

  var query: String?
  var choices: [String]?
  var context_options: [String]?
  var context: String?
  var continuation: String?
  var gold: Int?

  func questions(label: String?) throws(RecordProblem) -> [Question] {
    if let context, let continuation {
      return try Question.asked(context, choices: [continuation], answers: [0])
    }
    guard let gold else { throw .noLabel }
    if let context_options, let continuation {
      return try Question.asked(
        "", choices: context_options, answers: [gold], continuation: continuation)
    }
    guard let query, let choices else { throw RecordProblem("has no query with choices") }
    return try Question.asked(query, choices: choices, answers: [gold])
  }
}
