/// A record of ARC, OpenBookQA or CommonsenseQA: a stem, labelled choices and the right one's
/// label.
///
/// It is as their authors publish it (`question.stem`, `question.choices`), or as Hugging Face's
/// copies have it (`question` or `question_stem`, and `choices` of `text` and `label`).
/// Source: https://allenai.org/data/arc, https://allenai.org/data/open-book-qa,
/// https://www.tau-nlp.org/commonsenseqa
struct StemRecord: PublishedRecord {
  static let marks: [Set<String>] = [
    ["question.stem"], ["question", "choices.text"], ["question_stem", "choices.text"],
  ]
  static let shape =
    #"{"question":{"stem","choices":[{"label","text"}]},"answerKey"}, "#
    + "answerKey the label of a choice"

  struct Choice: Decodable { let label, text: String }
  struct Choices: Decodable { let label, text: [String] }
  struct Stem: Decodable {
    let stem: String
    let choices: [Choice]
  }

  let question: Either<Stem, String>?
  let question_stem: String?
  let choices: Choices?
  let answerKey: String?

  func questions(label: String?) throws(RecordProblem) -> [Question] {
    let (stem, labels, texts): (String, [String], [String])
    switch (question, question_stem, choices) {
    case (.first(let whole), _, _):
      (stem, labels, texts) = (whole.stem, whole.choices.map(\.label), whole.choices.map(\.text))
    case (.second(let text), _, let choices?), (nil, let text?, let choices?):
      (stem, labels, texts) = (text, choices.label, choices.text)
    default: throw RecordProblem("has no stem with choices")
    }
    guard labels.count == texts.count else {
      throw RecordProblem("has \(labels.count) labels for \(texts.count) choices")
    }
    guard let key = answerKey, !key.isEmpty else { throw .noLabel }
    guard let answer = labels.firstIndex(of: key) else {
      throw RecordProblem(
        "answerKey \(key) is none of its choices, \(labels.joined(separator: ", "))")
    }
    return try Question.asked(
      QuestionForm.prompt(question: stem), choices: texts, answers: [answer])
  }
}

/// A value of one type or of another, as JSON has it.
enum Either<First: Decodable, Second: Decodable>: Decodable {
  case first(First)
  case second(Second)

  init(from decoder: any Decoder) throws {
    if let value = try? decoder.singleValueContainer().decode(Second.self) {
      self = .second(value)
    } else {
      self = .first(try First(from: decoder))
    }
  }
}

/// A record of MultiRC: a passage with questions, each with answers of which any number is right.
///
/// It is as in SuperGLUE (`passage`, `label`) or as first published (`paragraph`, `isAnswer`,
/// sentences marked). Some of the published answers are empty; they are left out.
/// Source: https://super.gluebenchmark.com/tasks, https://cogcomp.seas.upenn.edu/multirc/
struct PassageRecord: PublishedRecord {
  static let marks: [Set<String>] = [["passage.questions"], ["paragraph.questions"]]
  static let shape =
    #"{"passage":{"text","questions":[{"question","answers":[{"text","label"}]}]}}"#

  struct Answer: Decodable {
    let text: String
    let label: Int?
    let isAnswer: Bool?
  }
  struct Asked: Decodable {
    let question: String
    let answers: [Answer]
  }
  struct Passage: Decodable {
    let text: String
    let questions: [Asked]
  }

  let passage: Passage?
  let paragraph: Passage?

  func questions(label: String?) throws(RecordProblem) -> [Question] {
    guard let passage = passage ?? paragraph else { return [] }
    let text = Self.withoutMarks(passage.text)
    var questions: [Question] = []
    for asked in passage.questions {
      var right: [Int] = []
      let answers = asked.answers.filter { !$0.text.allSatisfy(\.isWhitespace) }
      for (index, answer) in answers.enumerated() {
        guard let isRight = answer.isAnswer ?? answer.label.map({ $0 == 1 }) else { throw .noLabel }
        if isRight { right.append(index) }
      }
      questions += try Question.asked(
        QuestionForm.prompt(passage: text, question: asked.question),
        choices: answers.map(\.text), answers: right)
    }
    return questions
  }

  /// The text without the marks of its sentences, as in `<b>Sent 1: </b>A sentence.<br>`.
  private static func withoutMarks(_ text: String) -> String {
    guard text.contains("<b>Sent ") else { return text }
    return String(
      text.replacing(/<b>Sent \d+: ?<\/b>/, with: "").replacing("<br>", with: " ")
        .trimming(while: \.isWhitespace))
  }
}

/// A record of BoolQ: a passage and a question of yes or no.
///
/// It is as published (`answer`) or as in SuperGLUE (`label`).
///
/// Source: https://github.com/google-research-datasets/boolean-questions
struct BoolQRecord: PublishedRecord {
  static let marks: [Set<String>] = [["passage", "question"]]
  static let shape = #"{"question","passage","answer"}, answer true or false"#

  let question: String
  let passage: String
  let answer: Bool?
  let label: Bool?

  func questions(label given: String?) throws(RecordProblem) -> [Question] {
    guard let isTrue = answer ?? label else { throw .noLabel }
    let asked = question.hasSuffix("?") ? question : question + "?"
    return try Question.asked(
      QuestionForm.prompt(passage: passage, question: asked), choices: ["no", "yes"],
      answers: [isTrue ? 1 : 0])
  }
}

/// A record of PIQA: a goal and two ways to it; labels 0 and 1 are in a file of their own.
///
/// Source: https://yonatanbisk.com/piqa
struct PIQARecord: PublishedRecord {
  static let marks: [Set<String>] = [["goal", "sol1", "sol2"]]
  static let shape = #"{"goal","sol1","sol2"}, with 0 or 1 in a file of labels"#

  let goal, sol1, sol2: String
  let label: Int?

  func questions(label given: String?) throws(RecordProblem) -> [Question] {
    let answer = try index(given, or: label, from: 0)
    return try Question.asked(
      QuestionForm.prompt(question: goal), choices: [sol1, sol2], answers: [answer])
  }
}

/// A record of SIQA: a situation, a question and three answers; labels 1 to 3 are in their own
/// file.
///
/// Source: https://leaderboard.allenai.org/socialiqa
struct SIQARecord: PublishedRecord {
  static let marks: [Set<String>] = [["context", "question", "answerA"]]
  static let shape =
    #"{"context","question","answerA","answerB","answerC"}, with 1, 2 or 3 in a file of labels"#

  let context, question, answerA, answerB, answerC: String
  let label: Either<Int, String>?
  let correct: String?

  func questions(label given: String?) throws(RecordProblem) -> [Question] {
    let letters = ["A": 1, "B": 2, "C": 3]
    let answer = try index(given, or: label?.number ?? correct.flatMap { letters[$0] }, from: 1)
    return try Question.asked(
      QuestionForm.prompt(passage: context, question: question),
      choices: [answerA, answerB, answerC], answers: [answer])
  }
}

extension Either where First == Int, Second == String {
  /// The number that the value is, written as such or in a string.
  var number: Int? {
    switch self {
    case .first(let number): number
    case .second(let text): Int(text)
    }
  }
}

extension PublishedRecord {
  /// The index that a label says; labels count from `first`.
  ///
  /// - Parameters:
  ///   - given: The label in a file of labels, which comes first.
  ///   - label: The label in the record.
  /// - Throws: `RecordProblem` if there is none, or it is not a number.
  func index(
    _ given: String?, or label: Int?, from first: Int
  ) throws(RecordProblem) -> Int {
    if let given, Int(given) == nil { throw RecordProblem("label \(given) is not a number") }
    guard let label = given.flatMap({ Int($0) }) ?? label else { throw .noLabel }
    let (index, isTooLarge) = label.subtractingReportingOverflow(first)
    guard !isTooLarge else { throw RecordProblem("label \(label) is none of its choices") }
    return index
  }
}
