import Formats
import Glibc
import Storage

/// The choices of one end task's questions as every expert scored them, in memory.
///
/// With β > 0, a mixture's weights move with the tokens that are scored, not with the question's.
struct ChoiceSet: Sendable {
  let name: String
  let questions: QuestionGroups
  private let betas: Int
  /// The number of tokens and of bytes of each choice.
  private var sizes: [(tokens: Double, bytes: Double)] = []
  private var documents: PreparedDocuments

  /// Reads the choices of `set`.
  ///
  /// - Throws: `FileError` if a file cannot be read, or documents are not the choices of questions.
  init(_ set: ScoredSet, experts: Int, betas: [Double]) throws(FileError) {
    guard let questions = set.evaluation.questions else {
      throw .content(
        path: set.paths[0],
        problem: "does not hold the choices of questions; score TASK/choices-*.tok.zst")
    }
    (name, self.questions, self.betas) = (set.name, questions, betas.count)
    documents = PreparedDocuments(experts: experts, betas: betas)
    for block in 0..<set.blockCount {
      try set.forEachDocument(inBlock: block) { logProbs, bytes in
        sizes.append((Double(logProbs[0].count), Double(bytes)))
        documents.append(logProbs, bytes: bytes)
      }
    }
    guard sizes.count == questions.documents,
      sizes.allSatisfy({ $0.tokens > 0 && $0.bytes > 0 })
    else {
      throw .content(
        path: set.paths[0], problem: "its documents are not the choices that its header counts")
    }
  }

  /// Returns the means over the questions, by β, then by mixture.
  ///
  /// The last key is the score of a choice: `sum`, `perToken` or `perByte`.
  func scores(of group: MixtureGroup, count: Int) -> [[[String: FeatureTable.ChoiceScores]]] {
    (0..<betas).map { b in
      let sums = tallies(group, beta: b)
      return (0..<count).map { m in
        let (kernel, lane) = m.quotientAndRemainder(dividingBy: MixtureKernel.lanes)
        return sums[kernel].mapValues { $0.means(lane, of: questions.choices.count) }
      }
    }
  }

  /// Returns the tallies by kernel, then by the score of a choice.
  private func tallies(_ group: MixtureGroup, beta: Int) -> [[String: ChoiceTally]] {
    let tiles = documents.tiles[beta]
    var tallies = group.kernels.map { _ in (ChoiceTally(), ChoiceTally(), ChoiceTally()) }
    var first = 0
    for (count, answer) in zip(questions.choices, questions.answers) {
      let choices = first..<first + count
      let nats = choices.map { group.nats(tiles, document: $0) }
      let sizes = sizes[choices]
      for k in tallies.indices {
        let logProbs = nats.map { -$0[k] }
        tallies[k].0.add(logProbs, right: answer)
        tallies[k].1.add(zip(logProbs, sizes).map { $0 / $1.tokens }, right: answer)
        tallies[k].2.add(zip(logProbs, sizes).map { $0 / $1.bytes }, right: answer)
      }
      first += count
    }
    return tallies.map { ["sum": $0.0, "perToken": $0.1, "perByte": $0.2] }
  }
}

/// The sums over questions of the measures of `FeatureTable.ChoiceScores`, by lane.
private struct ChoiceTally {
  private var hits = SIMD16<Double>()
  private var probability = SIMD16<Double>()
  private var margin = SIMD16<Double>()
  private var nats = SIMD16<Double>()

  mutating func add(_ scores: [SIMD16<Double>], right: Int) {
    let own = scores[right]
    var rival = SIMD16<Double>(repeating: -.infinity)
    var isBest = SIMDMask<SIMD16<Int64>>(repeating: true)
    for (index, score) in scores.enumerated() where index != right {
      rival = rival.replacing(with: score, where: score .> rival)
      isBest = isBest .& (index < right ? own .> score : own .>= score)
    }
    hits += SIMD16<Double>().replacing(with: 1, where: isBest)
    margin += own - rival
    let peak = own.replacing(with: rival, where: rival .> own)
    var total = SIMD16<Double>()
    for score in scores {
      for lane in score.indices { total[lane] += exp(score[lane] - peak[lane]) }
    }
    for lane in own.indices {
      let logProb = own[lane] - peak[lane] - log(total[lane])
      nats[lane] -= logProb
      probability[lane] += exp(logProb)
    }
  }

  func means(_ lane: Int, of questions: Int) -> FeatureTable.ChoiceScores {
    let count = Double(questions)
    return FeatureTable.ChoiceScores(
      accuracy: hits[lane] / count, probability: probability[lane] / count,
      margin: margin[lane] / count, nats: nats[lane] / count)
  }
}
