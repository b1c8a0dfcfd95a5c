import Foundation
import Mixtures
import Testing

struct RepeatedEpochsTests {
  @Test func `up to one epoch every token is new`() {
    for epochs in [0, 0.25, 1] {
      let worth = RepeatedEpochs(epochs)
      #expect(worth.worth == epochs && worth.slope == 1 && worth.bend == 0)
    }
    #expect(effectiveTokens(300, unique: 400) == 300)
  }

  /// U + U R* (1 − exp(−R/R*)) with the paper's R*, worked out by hand for 4 and 40 epochs.
  @Test func `repeats are worth what the paper says`() {
    #expect(abs(effectiveTokens(400, unique: 100) - 372.57) < 0.01)
    #expect(abs(effectiveTokens(4000, unique: 100) - 1516.76) < 0.1)
    #expect(effectiveTokens(1e9, unique: 100) <= 100 * (1 + RepeatedEpochs.publishedConstant))
  }

  @Test func `a large constant makes repeats as good as new, a small one worthless`() {
    #expect(abs(effectiveTokens(500, unique: 100, constant: 1e7) - 500) < 1e-3)
    #expect(abs(effectiveTokens(500, unique: 100, constant: 1e-3) - 100) < 0.11)
  }

  @Test func `derivatives match central differences`() {
    for constant in [0.5, 15.39] {
      for epochs in [0.3, 1.7, 6, 25] {
        let step = 1e-4
        let (here, up, down) = (
          RepeatedEpochs(epochs, constant: constant),
          RepeatedEpochs(epochs + step, constant: constant),
          RepeatedEpochs(epochs - step, constant: constant)
        )
        #expect(abs((up.worth - down.worth) / (2 * step) - here.slope) < 1e-6)
        #expect(abs((up.slope - down.slope) / (2 * step) - here.bend) < 1e-6)
      }
    }
  }
}
