import Constraints
import Testing

struct MixtureBoundsTests {
  @Test func `bounds come from the tightest source, and observed weights limit the search`() throws
  {
    var bounds = MixtureBounds()
    bounds.atMost(0.5, "a", reason: "epochs")
    bounds.stayWithin([[0.1, 0.9], [0.7, 0.3]], domains: ["a", "b"])
    let feasible = try bounds.feasibleSet(domains: ["a", "b"])
    #expect(feasible.minimum == [0.1, 0.3] && feasible.maximum == [0.5, 0.9])
    #expect(feasible.reasons == ["epochs", "observed"])
  }
}
