import Formats
import Reporting
import Testing

struct ScoreCorrelationsTests {
  /// Scores fall with the loss of A; that of Q, no training domain, tells nothing.
  private let models: [ScoreCorrelations.Model] = (0..<8).map { (index: Int) in
    let losses: [String: Double] = ["A": Double(index), "Q": Double(1 + index % 2)]
    let scores: [String: Double] = ["t": 1 / Double(index + 1), "u": 0.5]
    return ScoreCorrelations.Model(id: "m\(index)", losses: losses, scores: scores)
  }

  private func row(_ loss: String, _ task: String, seed: UInt64 = 1) throws -> CorrelationFile.Row {
    let found = ScoreCorrelations(models, domains: ["A"], seed: seed)
    return try #require(found.rows.first { $0.loss == loss && $0.task == task })
  }

  @Test func `low loss with high score is 1`() throws {
    #expect(try row("A", "t").spearman == 1)
    #expect(try row("A", "t").interval == [1, 1])
    #expect(try row("A", "mean").spearman == 1)
    #expect(try row("avg-sp", "t") == row("A", "t").renamed("avg-sp"))
  }

  @Test func `a set that tells little has a wide interval`() throws {
    let row = try row("Q", "t")
    let interval = try #require(row.interval)
    #expect(abs(row.spearman ?? 1) < 0.5 && interval[0] < 0 && interval[1] > 0.3)
    #expect(interval[0] <= row.spearman ?? -2 && row.spearman ?? 2 <= interval[1])
    #expect(try self.row("Q", "t", seed: 2).interval != interval)
  }

  @Test func `aggregates are means over the sets`() throws {
    #expect(try row("avg-et", "t").spearman == row("Q", "t").spearman)
    // (index + 1 or 2) / 2 grows with the index but for ties: 0.5, 1.5, 1.5, 2.5 …
    let rho = try #require(try row("avg-et+sp", "t").spearman)
    #expect(rho > 0.9 && rho < 1)
  }

  @Test func `a target counts in the mean of the targets alone`() throws {
    let found = ScoreCorrelations(models, domains: ["A"], targets: ["Q"], seed: 1)
    let losses = Set(found.rows.map(\.loss))
    #expect(losses == ["A", "Q", "avg-sp", "avg-et+sp", "avg-target"])
    func rho(_ loss: String) -> Double? {
      found.rows.first { $0.loss == loss && $0.task == "t" }?.spearman
    }
    #expect(rho("avg-target") == rho("Q") && rho("avg-et+sp") == rho("A"))
  }

  @Test func `a score that is the same for all has no correlation`() throws {
    #expect(try row("A", "u").spearman == nil)
    #expect(try row("A", "u").interval == nil)
  }

  @Test func `the table has a row for each loss`() {
    let table = ScoreCorrelations(models, domains: ["A"], seed: 1).table
    #expect(table.rows.map { $0[0] } == ["A", "Q", "avg-sp", "avg-et", "avg-et+sp"])
    #expect(table.header == ["loss", "t", "u", "mean", "90 % of mean"])
    #expect(table.rows[0] == ["A", "1.00", "–", "1.00", "1.00 to 1.00"])
  }
}

extension CorrelationFile.Row {
  /// The same of another loss.
  fileprivate func renamed(_ loss: String) -> CorrelationFile.Row {
    var row = self
    row.loss = loss
    return row
  }
}
