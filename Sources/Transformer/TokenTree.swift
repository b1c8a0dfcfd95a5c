import Kernels

/// Tokens that follow a text, as a tree: ways on that share their start.
///
/// Rows are in preorder, so that what sees a row, itself and its descendants, lies behind it without a gap.
package struct TokenTree: Equatable, Sendable {
  package private(set) var tokens: [Int32]
  /// How many tokens of the tree stand before a row's.
  private(set) var depths: [Int]
  /// Row r is seen by the rows r..<ends[r]; empty for a chain.
  private(set) var ends: [Int] = []
  /// The rows whose output is wanted, in order.
  package private(set) var outputs: [Int]
  /// The token to score after each of these rows; `ignoredTarget` for none.
  private(set) var targets: [Int32]

  package var rows: Int { tokens.count }

  /// One way on, with the last `outputs` rows wanted.
  package init(chain tokens: [Int32], outputs count: Int) {
    precondition(0...tokens.count ~= count, "\(count) outputs of \(tokens.count) rows")
    self.tokens = tokens
    depths = Array(tokens.indices)
    outputs = Array(tokens.count - count..<tokens.count)
    targets = [Int32](repeating: ignoredTarget, count: count)
  }

  /// A way on from the trunk of a tree.
  package struct Branch: Equatable, Sendable {
    /// What follows the trunk.
    package let tokens: [Int32]
    /// What is scored: the tokens after each of the last rows of the branch.
    package let targets: [Int32]

    package init(tokens: [Int32], targets: [Int32]) {
      precondition(
        0 < targets.count && targets.count <= tokens.count,
        "\(targets.count) targets of \(tokens.count) rows")
      (self.tokens, self.targets) = (tokens, targets)
    }
  }

  /// A trunk, which may be empty, and branches whose targets are scored.
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
