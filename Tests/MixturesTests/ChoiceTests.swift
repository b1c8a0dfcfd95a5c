import Experts
import Formats
import Foundation
import Mixtures
import Parallel
import Storage
import TestSupport
import Testing

/// Three experts' scores of the choices of random questions, as files.
struct ChoiceTests {
  private let folder: TemporaryFolder
  private let questions = QuestionGroups(choices: [2, 4, 3, 2, 5, 2], answers: [1, 0, 2, 0, 4, 1])
  /// By choice, then by expert.
  private let documents = randomDocuments(
    experts: 3, lengths: (0..<18).map { 1 + $0 * 5 % 17 }, seed: 8)
  private let mixtures = [[0.2, 0.3, 0.5], [1, 0, 0], [0, 0.5, 0.5]]

  init() throws { folder = try TemporaryFolder() }

  /// Writes the scores of every expert; the folders.
  private func write(_ groups: QuestionGroups?) throws -> [String] {
    try (0..<3).map { expert in
      let place = folder.file("\(expert)")
      try createFolder(place)
      let header = LogProbHeader(
        provenance: Provenance(
          format: LogProbHeader.format, version: LogProbHeader.version, tool: .scoreLogprobs),
        tokenizer: "t", model: .init(id: "e\(expert)", sha256: "s", weights: ["D\(expert)": 1]),
        evaluation: .init(set: "task", split: "choices", sha256: "e", questions: groups))
      let writer = try LogProbFileWriter("\(place)/task.lp.zst", header: header)
      for (index, document) in documents.enumerated() {
        try writer.append(document[expert], bytes: 3 + index)
      }
      try writer.commit()
      return place
    }
  }

  /// The same by the formulas: means over the questions.
  private func reference(
    _ weights: [Double], beta: Double, size: (Int) -> Double
  ) -> FeatureTable.ChoiceScores {
    var means = FeatureTable.ChoiceScores(accuracy: 0, probability: 0, margin: 0, nats: 0)
    var first = 0
    let count = Double(questions.answers.count)
    for (choices, right) in zip(questions.choices, questions.answers) {
      let scores = (first..<first + choices).map {
        -referenceDocumentLoss(documents[$0], weights: weights, beta: beta) / size($0)
      }
      first += choices
      let wrong = scores.enumerated().filter { $0.offset != right }.map(\.element)
      let probability = exp(scores[right]) / scores.reduce(0) { $0 + exp($1) }
      means.accuracy += (wrong.allSatisfy { $0 < scores[right] } ? 1 : 0) / count
      means.probability += probability / count
      means.margin += (scores[right] - (wrong.max() ?? 0)) / count
      means.nats -= log(probability) / count
    }
    return means
  }

  @Test(arguments: [0, 0.5])
  func `answers are those of the formulas`(beta: Double) throws {
    let scores = try ExpertScores(folders: try write(questions))
    let answers = try scores.choiceScores(
      mixtures: mixtures, betas: [beta], pool: WorkerPool(threads: 2))
    #expect(answers.map(\.task) == ["task"])
    for (m, mixture) in mixtures.enumerated() {
      let found = answers[0].scores[0][m]
      let sizes: [String: (Int) -> Double] = [
        "sum": { _ in 1 }, "perToken": { [documents] in Double(documents[$0][0].count) },
        "perByte": { Double(3 + $0) },
      ]
      #expect(Set(found.keys) == Set(sizes.keys))
      for (name, size) in sizes {
        let own = try #require(found[name])
        let expected = reference(mixture, beta: beta, size: size)
        #expect(own.accuracy == expected.accuracy, "\(name)")
        #expect(abs(own.probability - expected.probability) < 1e-4, "\(name)")
        #expect(abs(own.margin - expected.margin) < 1e-4, "\(name)")
        #expect(abs(own.nats - expected.nats) < 1e-4, "\(name)")
      }
    }
    let data = try #require(scores.choiceData["task"])
    #expect(data == .init(sha256: "e", questions: 6, choices: 18))
  }

  @Test func `every number of threads and of mixtures gives the same bits`() throws {
    let scores = try ExpertScores(folders: try write(questions))
    let many = (0..<200).map { m in mixtures[m % 3] }
    let one = try scores.choiceScores(mixtures: many, pool: WorkerPool(threads: 1))[0].scores
    let three = try scores.choiceScores(mixtures: many, pool: WorkerPool(threads: 3))[0].scores
    let few = try scores.choiceScores(mixtures: mixtures, pool: WorkerPool(threads: 1))[0].scores
    #expect(one == three && one[0].count == 200 && Array(one[0][150..<153]) == few[0])
  }

  @Test func `a file that is no file of choices is refused`() throws {
    let pool = WorkerPool(threads: 1)
    for (groups, problem) in [
      (nil, "does not hold the choices of questions"),
      (QuestionGroups(choices: [2], answers: [0]), "its documents are not the choices"),
    ] as [(QuestionGroups?, String)] {
      let scores = try ExpertScores(folders: try write(groups))
      let error = #expect(throws: FileError.self) {
        try scores.choiceScores(mixtures: self.mixtures, pool: pool)
      }
      #expect(error?.message.contains(problem) == true, "\(error?.message ?? "")")
    }
  }
}
