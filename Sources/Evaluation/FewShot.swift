import Formats
import Kernels
import Parallel
package import Tasks

/// The solved questions, or examples, that stand before a question that is asked.
package struct FewShot: Sendable {
  /// How the examples are drawn.
  package enum Draw: String, CaseIterable, Sendable {
    /// They are drawn anew for every question, which spreads the luck of the draw.
    case each
    /// They are drawn once for the task, so that a model computes them once.
    case once
  }

  /// The number of examples before each question.
  package let shots: Int
  private let draw: Draw
  private let seed: UInt64
  private let training: [TaskSet]

  /// The text between two examples, and between the last one and the question.
  private static let separator = "\n\n"

  package init(shots: Int, draw: Draw, seed: UInt64, training: [TaskSet]) {
    precondition(shots >= 0)
    (self.shots, self.draw, self.seed, self.training) = (shots, draw, seed, training)
  }

  /// No examples before any question.
  package static let none = FewShot(shots: 0, draw: .once, seed: 0, training: [])

  /// The examples for one task.
  ///
  /// - Throws: `EvaluationError.noExamples` if examples are wanted and there are none of this task.
  package func examples(of task: TaskSet) throws(EvaluationError) -> Examples {
    guard shots > 0 else {
      return Examples(self, TaskSet(name: task.name, path: "", questions: []))
    }
    guard let set = training.first(where: { $0.name == task.name }) else {
      throw .noExamples(task: task.name, path: training.first?.path ?? "")
    }
    return Examples(self, set)
  }

  /// The training questions of one task.
  package struct Examples: Sendable {
    private let fewShot: FewShot
    private let set: TaskSet
    private let texts: [String]

    fileprivate init(_ fewShot: FewShot, _ set: TaskSet) {
      (self.fewShot, self.set) = (fewShot, set)
      texts = set.questions.map { question in
        let right = question.candidates[question.correct]
        return joined(right.prompt, right.answer) + FewShot.separator
      }
    }

    /// The indices of the examples before question number `number`, from 0, in order.
    ///
    /// The question itself is never among them. They depend on the seed, the task, and, if they are
    /// drawn anew, on the number of the question; not on other questions.
    ///
    /// - Throws: `EvaluationError.fewExamples` if there are fewer than `shots`.
    package func indices(for question: Question, number: Int) throws(EvaluationError) -> [Int] {
      guard fewShot.shots > 0 else { return [] }
      let stream =
        fewShot.draw == .each
        ? "examples of \(set.name), question \(number)" : "examples of \(set.name)"
      var random = RandomStream(seed: fewShot.seed, purpose: stream)
      var order = Array(set.questions.indices)
      var chosen: [Int] = []
      for place in order.indices where chosen.count < fewShot.shots {
        order.swapAt(place, place + random.index(below: order.count - place))
        if set.questions[order[place]].candidates != question.candidates {
          chosen.append(order[place])
        }
      }
      guard chosen.count == fewShot.shots else {
        throw .fewExamples(
          task: set.name, count: chosen.count, shots: fewShot.shots, path: set.path)
      }
      return chosen
    }

    /// The numbers, from 0, that the examples at `indices` have in their file.
    package func numbers(_ indices: some Sequence<Int>) -> [Int] { indices.map { set.numbers[$0] } }

    /// The text before a question: the examples at `indices`.
    package func text(_ indices: some Sequence<Int>) -> String {
      indices.reduce(into: "") { $0 += texts[$1] }
    }
  }
}
