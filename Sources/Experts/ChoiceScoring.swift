package import Formats
import Kernels
package import Parallel
package import Storage
import Synchronization

/// The scores of mixtures on the questions of one end task.
package struct TaskAnswers: Sendable {
  package let task: String
  /// The scores by β, then by mixture, then by the score of a choice: `sum`, `perToken`, `perByte`.
  package let scores: [[[String: FeatureTable.ChoiceScores]]]
}

extension ExpertScores {
  /// The content of each set of choices, by task; a task without choices is left out.
  package var choiceData: [String: FeatureTable.ChoiceData] {
    Dictionary(
      uniqueKeysWithValues: setsWithChoices.map { set in
        let questions = set.evaluation.questions ?? QuestionGroups(choices: [], answers: [])
        return (
          set.name,
          FeatureTable.ChoiceData(
            sha256: set.evaluation.sha256, questions: questions.choices.count,
            choices: questions.documents)
        )
      })
  }

  private var setsWithChoices: [ScoredSet] {
    sets.filter { $0.evaluation.questions?.choices.isEmpty != true }
  }

  /// Returns how `mixtures` answer the questions of every task.
  ///
  /// The log-probability of a choice is the sum over its tokens of log p_λ. The scores are the same
  /// bits on any number of threads. Memory holds all choices of all tasks.
  ///
  /// - Parameter mixtures: The mixtures, each one weight for each of `experts`.
  /// - Throws: `FileError` if a file cannot be read, or does not hold the choices of questions.
  package func choiceScores(
    mixtures: [[Double]], betas: [Double] = [0], pool: WorkerPool
  ) throws(FileError) -> [TaskAnswers] {
    let sets = setsWithChoices
    let loaded = Mutex<[Int: Result<ChoiceSet, FileError>]>([:])
    pool.run(tasks: sets.count) { task, _ in
      let result = Result { () throws(FileError) in
        try ChoiceSet(sets[task], experts: experts.count, betas: betas)
      }
      loaded.withLock { $0[task] = result }
    }
    var tasks: [ChoiceSet] = []
    for (_, result) in loaded.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
      tasks.append(try result.get())
    }
    let groups = mixtures.indices.parts(of: MixtureGroup.size)
    let parts = Mutex(
      [[[[String: FeatureTable.ChoiceScores]]]](
        repeating: [], count: tasks.count * groups.count))
    let all = tasks
    pool.run(tasks: tasks.count * groups.count) { task, _ in
      let members = mixtures[groups[task % groups.count]]
      let scores = all[task / groups.count].scores(
        of: MixtureGroup(members, betas: betas.count), count: members.count)
      parts.withLock { $0[task] = scores }
    }
    let scores = parts.withLock { $0 }
    return tasks.indices.map { t in
      let own = scores[t * groups.count..<(t + 1) * groups.count]
      return TaskAnswers(
        task: tasks[t].name, scores: betas.indices.map { b in own.flatMap { $0[b] } })
    }
  }
}
