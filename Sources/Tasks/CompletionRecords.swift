/// A record of HellaSwag: the start of a description and four endings.
///
/// The marks that tell the sources of the texts are taken out.
///
/// Source: https://github.com/rowanz/hellaswag
struct HellaSwagRecord: PublishedRecord {
  static let marks: [Set<String>] = [["ctx", "endings"]]
  static let shape = #"{"activity_label","ctx","endings","label"}, label the index of an ending"#

  let activity_label: String?
  let ctx: String
  let endings: [String]
  let label: Either<Int, String>?

  func questions(label given: String?) throws(RecordProblem) -> [Question] {
    let context = (activity_label.map { "\($0): " } ?? "") + ctx
    return try Question.asked(
      Self.plain(context), choices: endings.map(Self.plain),
      answers: [try index(given, or: label?.number, from: 0)])
  }

  /// The text without `[header]`, `[step]` and other marks of WikiHow's layout.
  private static func plain(_ text: String) -> String {
    let title = text.replacing(" [title]", with: ". ").replacing(/\[[^\]]*\]/, with: "")
    return String(title.replacing(/\s{2,}/, with: " ").trimming(while: \.isWhitespace))
  }
}

/// A record of WinoGrande: a sentence with a blank `_`, and two words for it.
///
/// The text after the blank is scored.
///
/// Source: https://winogrande.allenai.org; scored in part, as in Trinh and Le 2018,
/// arXiv:1806.02847.
struct WinoGrandeRecord: PublishedRecord {
  static let marks: [Set<String>] = [["sentence", "option1", "option2"]]
  static let shape = #"{"sentence","option1","option2","answer"}, answer 1 or 2"#

  let sentence, option1, option2: String
  let answer: Either<Int, String>?

  func questions(label given: String?) throws(RecordProblem) -> [Question] {
    let parts = sentence.split(separator: "_", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { throw RecordProblem("its sentence has no blank _") }
    return try Question.asked(
      "", choices: [option1, option2].map { parts[0] + $0 },
      answers: [try index(given, or: answer?.number, from: 1)],
      continuation: String(parts[1].trimming(while: \.isWhitespace)))
  }
}

/// A record of COPA, as in SuperGLUE: a premise, and two sentences for its cause or effect.
///
/// Source: https://super.gluebenchmark.com/tasks; https://people.ict.usc.edu/~gordon/copa.html
struct COPARecord: PublishedRecord {
  static let marks: [Set<String>] = [["premise", "choice1", "choice2"]]
  static let shape =
    #"{"premise","choice1","choice2","question","label"}, question cause or effect, label 0 or 1"#

  let premise, choice1, choice2, question: String
  let label: Int?

  func questions(label given: String?) throws(RecordProblem) -> [Question] {
    guard let joint = ["cause": "because", "effect": "therefore"][question] else {
      throw RecordProblem("question \(question) is neither cause nor effect")
    }
    let start = String(premise.trimming(while: \.isWhitespace))
    let clause = start.hasSuffix(".") ? String(start.dropLast()) : start
    return try Question.asked(
      "\(clause), \(joint)",
      choices: [choice1, choice2].map { $0.prefix(1).lowercased() + $0.dropFirst() },
      answers: [try index(given, or: label, from: 0)])
  }
}

/// A record of LAMBADA: a passage whose last word is asked for; a text file has one on each line.
///
/// Source: https://zenodo.org/record/2630551; JSON lines as in OpenAI's copy.
struct LAMBADARecord: PublishedRecord {
  static let marks: [Set<String>] = [["text"]]
  static let allKeys: Set<String>? = ["text", "domain"]
  static let shape = #"{"text"}, a passage of several words"#

  let text: String

  func questions(label given: String?) throws(RecordProblem) -> [Question] {
    let passage = text.trimming(while: \.isWhitespace)
    guard let space = passage.lastIndex(where: \.isWhitespace) else {
      throw RecordProblem("its text is a single word")
    }
    let context = String(passage[..<space].trimming(while: \.isWhitespace))
    let word = String(passage[passage.index(after: space)...])
    return try Question.asked(context, choices: [word], answers: [0])
  }
}
