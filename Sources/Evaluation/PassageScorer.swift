import Formats
package import Kernels
package import Transformer

/// What a model makes of a passage.
package struct PassageScore: Equatable, Sendable {
  /// log p of the scored end, in nats.
  package var logProb = 0.0
  /// Whether each of its tokens is the most likely one: whether greedy decoding writes it.
  package var isGreedy = true

  package init() {}
}

extension Parameters {
  /// The scores of passages, in groups of those that may start alike: the choices of a question.
  ///
  /// A group's start is computed once, and so is the start of all groups. What is too long for the model is
  /// scored in windows. The result does not depend on the number of threads.
  ///
  /// - Parameter progress: is told how many passages of how many are done, about.
  package func scores(
    of groups: [[Passage]], pool: WorkerPool, progress: (Int, Int) -> Void = { _, _ in }
  ) -> [[PassageScore]] {
    var scores = groups.map { $0.map { _ in PassageScore() } }
    let forks = groups.indices.flatMap { group in
      Fork.forks(of: groups[group], group: group, context: config.context)
    }
    let start = sharedStart(of: forks.map(\.trunk))
    let trees = forks.map { fork in
      TokenTree(trunk: Array(fork.trunk.dropFirst(start)), branches: fork.branches)
    }
    let count = groups.reduce(0) { $0 + $1.count }
    let found = self.scores(
      of: trees, after: Array(forks.first?.trunk.prefix(start) ?? []), pool: pool
    ) { done in progress(count * done / trees.count, count) }
    for (fork, tokens) in zip(forks, found) {
      var tokens = tokens[...]
      for (passage, branch) in zip(fork.passages, fork.branches) {
        for token in tokens.prefix(branch.targets.count) {
          scores[fork.group][passage].logProb += Double(token.logProb)
          if !token.isGreedy { scores[fork.group][passage].isGreedy = false }
        }
        tokens = tokens.dropFirst(branch.targets.count)
      }
    }
    return scores
  }
}

/// Windows of passages of one group, with what they start with.
private struct Fork {
  let group: Int
  /// Of the group; one for each branch.
  let passages: [Int]
  let trunk: [Int32]
  let branches: [TokenTree.Branch]

  /// One fork where the windows start alike, otherwise one for each window.
  static func forks(of passages: [Passage], group: Int, context: Int) -> [Fork] {
    let windows = passages.enumerated().flatMap { index, passage in
      passage.windows(context: context).map { (index, $0) }
    }
    let fork = Fork(group: group, windows)
    return fork.trunk.isEmpty ? windows.map { Fork(group: group, [$0]) } : [fork]
  }

  init(group: Int, _ windows: [(passage: Int, window: Passage)]) {
    self.group = group
    passages = windows.map(\.passage)
    // The row before the first scored token belongs to the branch: it has a target.
    let trunk = sharedStart(
      of: windows.map { Array($0.window.tokens.dropLast($0.window.scored + 1)) })
    self.trunk = Array(windows.first?.window.tokens.prefix(trunk) ?? [])
    branches = windows.map { _, window in
      TokenTree.Branch(
        tokens: Array(window.tokens[trunk..<window.tokens.count - 1]),
        targets: window.tokens.suffix(window.scored))
    }
  }
}
