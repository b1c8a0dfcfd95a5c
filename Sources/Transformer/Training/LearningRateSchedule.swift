import Foundation

/// The learning rate of each step: a linear rise, then half a cosine down.
package struct LearningRateSchedule: Sendable {
  /// The highest rate.
  package let peak: Double
  /// The number of steps of the rise.
  package let warmup: Int
  /// The number of all steps.
  package let steps: Int
  /// The rate of the last step, relative to the peak.
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
