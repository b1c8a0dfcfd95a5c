import Formats
import Kernels
package import Parallel
package import Transformer

/// The score of a passage under a model.
package struct PassageScore: Equatable, Sendable {
  /// The log-probability of the scored end, in nats.
  package var logProb = 0.0
  /// Whether greedy decoding writes the scored end: whether each of its tokens is the likeliest
  /// one.
  package var isGreedy = true

  package init() {}
}

extension Parameters {
  /// The scores of passages, in groups of those that may start alike, such as a question's choices.
  ///
  /// A group's start is computed once, and so is the start that most groups share; the other groups
  /// are scored apart. Passages that are too long for the model are scored in windows. The result
  /// does not depend on the number of threads.
  ///
  /// - Parameter progress: A closure that is told about how many passages of how many are done.
  package func scores(
    of groups: [[Passage]], pool: WorkerPool, progress: (Int, Int) -> Void = { _, _ in }
  ) -> [[PassageScore]] {
    var scores = groups.map { $0.map { _ in PassageScore() } }
    let forks = groups.indices.flatMap { group in
      Fork.forks(of: groups[group], group: group, context: config.context)
    }
    let count = groups.reduce(0) { $0 + $1.count }
    var done = 0
    for part in usualAndOthers(forks) where !part.isEmpty {
      let start = sharedStart(of: part.map(\.trunk))
      let trees = part.map { fork in
        TokenTree(trunk: Array(fork.trunk.dropFirst(start)), branches: fork.branches)
      }
      let found = self.scores(of: trees, after: Array(part[0].trunk.prefix(start)), pool: pool) {
        progress(count * (done + $0) / forks.count, count)
      }
      done += part.count
      for (fork, tokens) in zip(part, found) { fork.add(tokens, to: &scores[fork.group]) }
    }
    return scores
  }
}

/// The forks that share the usual start, and the other ones.
private func usualAndOthers(_ forks: [Fork]) -> [[Fork]] {
  let usual = usualStart(of: forks.map(\.trunk))
  return [
    forks.filter { $0.trunk.starts(with: usual) }, forks.filter { !$0.trunk.starts(with: usual) },
  ]
}

/// The start that saves the most tokens if it is computed once for all texts that have it.
///
/// The search is greedy: from each start it goes on with the token that most of the texts have
/// next.
package func usualStart(of texts: [[Int32]]) -> [Int32] {
  var (start, best): ([Int32], (saved: Int, length: Int)) = ([], (0, 0))
  var sharing = texts
  while true {
    var counts: [Int32: Int] = [:]
    for text in sharing where text.count > start.count {
      counts[text[start.count], default: 0] += 1
    }
    guard let next = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }), next.value > 1
    else { return Array(start.prefix(best.length)) }
    sharing = sharing.filter { $0.count > start.count && $0[start.count] == next.key }
    start.append(next.key)
    let saved = start.count * (next.value - 1)
    if saved > best.saved { best = (saved, start.count) }
  }
}

/// A tree of windows of passages of one group, with the start that they share as its trunk.
private struct Fork {
  let group: Int
  /// The index in the group of each branch's passage.
  let passages: [Int]
  let trunk: [Int32]
  let branches: [TokenTree.Branch]

  /// The forks of a group: one if all windows start alike, otherwise one for each window.
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

  /// Adds the scores of the branches' targets, one after another, to those of the group's passages.
  func add(_ tokens: [TokenScore], to scores: inout [PassageScore]) {
    var tokens = tokens[...]
    for (passage, branch) in zip(passages, branches) {
      for token in tokens.prefix(branch.targets.count) {
        scores[passage].logProb += Double(token.logProb)
        if !token.isGreedy { scores[passage].isGreedy = false }
      }
      tokens = tokens.dropFirst(branch.targets.count)
    }
  }
}
