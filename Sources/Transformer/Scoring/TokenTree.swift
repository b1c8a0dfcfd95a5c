import Kernels

/// The tokens that may follow a text, as a tree of continuations that share their start.
///
/// Rows are in preorder: the rows that see a row, itself and its descendants, follow it without a
/// gap.
package struct TokenTree: Equatable, Sendable {
  /// The token of each row.
  package private(set) var tokens: [Int32]
  /// The number of tokens of the tree that stand before each row's.
  private(set) var depths: [Int]
  /// The ends of what sees each row: the rows r..<ends[r] see row r. It is empty for a chain.
  private(set) var ends: [Int] = []
  /// The rows whose output is wanted, in order.
  package private(set) var outputs: [Int]
  /// The token to score after each row of `outputs`, or `ignoredTarget`.
  private(set) var targets: [Int32]

  package var rows: Int { tokens.count }

  /// A tree of one continuation, of which the outputs of the last `count` rows are wanted.
  package init(chain tokens: [Int32], outputs count: Int) {
    precondition(0...tokens.count ~= count, "\(count) outputs of \(tokens.count) rows")
    self.tokens = tokens
    depths = Array(tokens.indices)
    outputs = Array(tokens.count - count..<tokens.count)
    targets = [Int32](repeating: ignoredTarget, count: count)
  }

  /// A continuation of the trunk of a tree.
  package struct Branch: Equatable, Sendable {
    /// The tokens that follow the trunk.
    package let tokens: [Int32]
    /// The tokens that are scored, one after each of the last rows of the branch.
    package let targets: [Int32]

    package init(tokens: [Int32], targets: [Int32]) {
      precondition(
        0 < targets.count && targets.count <= tokens.count,
        "\(targets.count) targets of \(tokens.count) rows")
      (self.tokens, self.targets) = (tokens, targets)
    }
  }

  /// A tree of a trunk, which may be empty, and branches whose targets are scored.
  package init(trunk: [Int32], branches: [Branch]) {
    (tokens, depths, outputs, targets) = (trunk, Array(trunk.indices), [], [])
    let rows = branches.reduce(trunk.count) { $0 + $1.tokens.count }
    ends = [Int](repeating: rows, count: trunk.count)
    for branch in branches {
      let end = tokens.count + branch.tokens.count
      tokens += branch.tokens
      depths += trunk.count..<trunk.count + branch.tokens.count
      ends += [Int](repeating: end, count: branch.tokens.count)
      outputs += end - branch.targets.count..<end
      targets += branch.targets
    }
    if branches.count < 2 { ends = [] }
  }
}
