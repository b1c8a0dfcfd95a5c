import Foundation

/// The learning rate: a linear rise over `warmup` steps, then half a cosine down to `minRatio` of the peak.
package struct LearningRateSchedule: Sendable {
  package let peak: Double
  package let warmup: Int
  package let steps: Int
  /// Share of the peak at the last step.
  package let minRatio: Double

  package init(peak: Double, warmup: Int, steps: Int, minRatio: Double) {
    (self.peak, self.warmup, self.steps, self.minRatio) = (peak, warmup, steps, minRatio)
  }

  /// The rate of step `step`, counted from 1.
  package func rate(_ step: Int) -> Double {
    if step <= warmup { return peak * Double(step) / Double(warmup) }
    let progress = Double(step - warmup) / Double(max(1, steps - warmup))
    return peak * (minRatio + (1 - minRatio) * 0.5 * (1 + cos(.pi * progress)))
  }
}
