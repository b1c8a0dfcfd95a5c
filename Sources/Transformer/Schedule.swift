import Foundation

/// The learning rate: a linear rise over `warmup` steps, then half a cosine down to `floor` of the peak.
package struct Schedule: Sendable {
  package let peak: Double
  package let warmup: Int
  package let steps: Int
  /// Share of the peak at the last step.
  package let floor: Double

  package init(peak: Double, warmup: Int, steps: Int, floor: Double) {
    (self.peak, self.warmup, self.steps, self.floor) = (peak, warmup, steps, floor)
  }

  /// The rate of step `step`, counted from 1.
  package func rate(_ step: Int) -> Double {
    if step <= warmup { return peak * Double(step) / Double(warmup) }
    let progress = Double(step - warmup) / Double(max(1, steps - warmup))
    return peak * (floor + (1 - floor) * 0.5 * (1 + cos(.pi * progress)))
  }
}
