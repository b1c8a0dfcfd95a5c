import Reuse
import Storage
import Testing

/// What mixtures of old domains are over new ones.
struct LineageTests {
  private func lineage(_ text: String, olds: [String], news: [String]? = nil) throws -> Lineage {
    try LineageTable(bytes: Array(text.utf8), path: "lineage.tsv").lineage(olds: olds, news: news)
  }

  private func expect(
    _ lineage: Lineage, _ weights: [Double], _ expected: [String: Double], moved: Double,
    _ location: SourceLocation = #_sourceLocation
  ) throws {
    let reading = try #require(lineage.reading(of: weights), sourceLocation: location)
    for (name, weight) in zip(lineage.news, reading.weights) {
      #expect(
        abs(weight - expected[name, default: 0]) < 1e-12, "\(name)", sourceLocation: location)
    }
    #expect(abs(reading.moved - moved) < 1e-12, "\(reading.moved)", sourceLocation: location)
  }

  @Test func `domains without a line keep their names and weights`() throws {
    let kept = try lineage("", olds: ["A", "B"])
    #expect(kept.news == ["A", "B"] && kept.kind(of: 0) == .same && kept.searched.isEmpty)
    try expect(kept, [0.3, 0.7], ["A": 0.3, "B": 0.7], moved: 0)
  }

  @Test func `a renamed domain keeps its weight`() throws {
    let renamed = try lineage("A\tC\n", olds: ["A", "B"])
    #expect(renamed.news == ["B", "C"] && renamed.kind(of: 1) == .renamed)
    try expect(renamed, [0.3, 0.7], ["C": 0.3, "B": 0.7], moved: 0)
  }

  @Test func `two domains may change names`() throws {
    let swapped = try lineage("A\tB\nB\tA\n", olds: ["A", "B"])
    try expect(swapped, [0.3, 0.7], ["B": 0.3, "A": 0.7], moved: 0)
  }

  @Test func `parts of a domain have its weight in their natural ratio`() throws {
    let split = try lineage("A\tA1\t0.25\nA\tA2\t0.75\n", olds: ["A", "B"])
    #expect(split.kind(of: 0) == .split && split.searched == [0, 1])
    try expect(split, [0.4, 0.6], ["A1": 0.1, "A2": 0.3, "B": 0.6], moved: 0)
  }

  @Test func `of merged domains the ratio tells how many tokens would be others`() throws {
    let merged = try lineage("A\tAB\t1\t0.7\nB\tAB\t1\t0.3\n", olds: ["A", "B", "C"])
    #expect(merged.kind(of: 0) == .merged && merged.searched.isEmpty)
    try expect(merged, [0.35, 0.15, 0.5], ["AB": 0.5, "C": 0.5], moved: 0)
    // Half of the tokens: of A all, where 70 % would be.
    try expect(merged, [0.5, 0, 0.5], ["AB": 0.5, "C": 0.5], moved: 0.15)
  }

  @Test func `a new domain has weight 0`() throws {
    let added = try lineage("-\tNew\n", olds: ["A"])
    #expect(added.kind(of: 1) == .added && added.searched == [1])
    try expect(added, [1], ["A": 1], moved: 0)
  }

  @Test func `what a removed domain had would be of others`() throws {
    let removed = try lineage("A\t-\n", olds: ["A", "B", "C"])
    #expect(removed.removed == ["A"])
    try expect(removed, [0.2, 0.4, 0.4], ["B": 0.5, "C": 0.5], moved: 0.2)
    #expect(removed.reading(of: [1, 0, 0]) == nil)
  }

  @Test func `text that came and went counts by what is drawn from it`() throws {
    // A tenth of A is gone, and a fifth of what it is now is new.
    let changed = try lineage("A\tA\t0.9\t0.8\n", olds: ["A"])
    #expect(changed.kind(of: 0) == .changed && changed.searched == [0])
    // Old and new draw 0.9 or 1 × 0.8 from what they share: 0.2 of the new is new text.
    try expect(changed, [1], ["A": 1], moved: 0.2)
  }

  @Test func `a table of a lineage reads as that lineage`() throws {
    let text = "A\tX\t0.25\t0.5\nA\tY\t0.75\t1.0\nB\tX\t1.0\t0.5\nC\t-\n-\tZ\n"
    let read = try lineage(text, olds: ["A", "B", "C"], news: ["X", "Y", "Z"])
    #expect(read.table == "# old\tnew\tshare of old\tshare of new\n" + text)
    #expect(try lineage(read.table, olds: read.olds, news: read.news) == read)
  }

  @Test(
    arguments: [
      ("A\n", "line 1: has 1 columns"), ("A\tB\tx\n", "line 1: the share x"),
      ("A\tB\t0\n", "line 1: the share 0"), ("A\tB C\n", "line 1: B C is no domain name"),
      ("-\t-\n", "line 1: names no domain"), ("A\tC\nA\tC\n", "line 2: A and C have a line"),
      ("X\tC\n", "line 1: X is none of the old domains; known are A, B"),
      ("A\tX\n", "line 1: X is none of the new domains; known are B, C, D"),
      ("B\tB\n", "says nothing of A, which is no new domain"),
      ("A\tC\t0.7\nA\tD\t0.7\n", "the shares of A sum to 1.4"),
      ("A\tB\t1\t0.5\n", "B has more than all of its text from A, B"),
      ("A\tC\nB\tC\n", "line 1: C is of several domains"),
    ])
  func `a table that contradicts itself is refused by name`(text: String, problem: String) throws {
    #expect {
      try lineage(text, olds: ["A", "B"], news: ["B", "C", "D"])
    } throws: { error in
      guard let error = error as? FileError else { return false }
      return error.message.hasPrefix("lineage.tsv: \(problem)") && error.kind == .badData
    }
  }

  @Test func `a stated share is compared with what the texts tell`() throws {
    let found = try lineage("A\tX\t0.4\nA\tY\t0.6\n", olds: ["A"])
    let near = try lineage("A\tX\t0.42\nA\tY\t0.58\n", olds: ["A"])
    let far = try lineage("A\tX\t0.6\nA\tY\t0.4\n", olds: ["A"])
    #expect(near.contradiction(of: found) == nil)
    #expect(
      far.contradiction(of: found) == "says that 60 % of the text of A is in X, where 40 % is")
  }
}
