import Mixtures
import Testing

struct NamedObjectiveTests {
  private let sets = EvaluationSets(
    ["A", "B", "T", "U", "task"], domains: ["A", "B", "C"], targets: ["T", "U"],
    bitsPerByte: ["A": 0.5, "B": 0.25, "T": 1, "U": 2])

  private func criteria(_ name: String) -> [[String: Double]] {
    Objective(named: name, of: sets) { _ in [] }.criteria
  }

  @Test func `each mean is over its own kind of sets`() {
    #expect(criteria("avg-sp") == [["A": 0.5, "B": 0.5]])
    #expect(criteria("avg-et") == [["task": 1]])
    #expect(criteria("avg-target") == [["T": 0.5, "U": 0.5]])
    #expect(criteria("avg-et+sp")[0].keys.sorted() == ["A", "B", "task"])
    #expect(criteria("worst-target") == [["T": 1], ["U": 1]])
    #expect(criteria("worst").count == 5 && criteria("T") == [["T": 1]])
  }

  @Test func `at its end, byte scales each loss to bits per byte`() {
    #expect(criteria("avg-target/byte") == [["T": 0.5, "U": 1]])
    #expect(criteria("B/byte") == [["B": 0.25]])
    #expect(criteria("worst-target/byte") == [["T": 1], ["U": 2]])
    #expect(Objective(named: "B/byte", of: sets) { _ in [] }.unit == "bits per byte")
    #expect(Objective(named: "B", of: sets) { _ in [] }.unit == "nats per token")
  }

  @Test(arguments: ["avg-et/byte", "task/byte", "worst/byte", "C", "avg-tp"])
  func `what is not there is read from a file`(name: String) {
    let read = Objective(named: name, of: sets) { path in [[path: 1]] }
    #expect(read.criteria == [[name: 1]])
  }

  @Test func `without targets there is no mean of them`() {
    #expect(MeanObjective.named("avg-target", of: EvaluationSets(["A"], domains: ["A"])) == nil)
  }
}
