import Parallel
@testable import Regression
import Testing

struct FamilySelectionBiasTests {
  @Test func `each mixture is predicted by the family that the others choose`() {
    // Without the first run the second family is chosen, and misses it by 3.
    let residuals = [[0.1, 1, 1, 1], [3, 0.9, 0.9, 0.9]]
    let honest = (9 + 3.0) / 4
    let own = (0.01 + 3) / 4
    let choice = FamilySelectionBias(residuals: residuals, groups: [0, 1, 2, 3])
    #expect(abs(choice.inflation - (honest / own).squareRoot()) < 1e-12)
  }

  @Test func `repeats do not choose for each other, and what was not measured does not count`() {
    let residuals = [[0.1, 0.1, 1, 1, .nan], [2, 2, 0.2, 0.2, .nan]]
    let together = FamilySelectionBias(residuals: residuals, groups: [0, 0, 1, 1, 2])
    // Each mixture's two runs are predicted by the family that the other mixture likes.
    #expect(abs(together.inflation - ((8.0 + 2) / (0.02 + 2)).squareRoot()) < 1e-12)
  }

  @Test func `one family, or one that is best for all, costs nothing`() {
    #expect(FamilySelectionBias(residuals: [[1, 2, 3]], groups: [0, 1, 2]).inflation == 1)
    #expect(FamilySelectionBias(residuals: [[1, 2], [2, 3]], groups: [0, 1]).inflation == 1)
    #expect(FamilySelectionBias(residuals: [[0, 0]], groups: [0, 1]).inflation == 1)
    #expect(FamilySelectionBias(residuals: [], groups: []).inflation == 1)
  }

  @Test func `of many families as bad as each other, the best looks too good`() {
    var random = RandomStream(seed: 3, purpose: "choice")
    let residuals = (0..<24).map { _ in (0..<16).map { _ in random.unit() - 0.5 } }
    #expect(FamilySelectionBias(residuals: residuals, groups: Array(0..<16)).inflation > 1.1)
  }
}
