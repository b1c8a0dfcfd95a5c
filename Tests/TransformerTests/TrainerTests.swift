import Formats
import Foundation
import Kernels
import Parallel
import Testing
@testable import Transformer

private func batch(_ sequences: Int, _ time: Int, vocabulary: Int) -> Batch {
  var random = RandomStream(seed: 2, purpose: "batch")
  var batch = Batch(sequences: sequences, time: time)
  for i in batch.tokens.indices {
    batch.tokens[i] = Int32(random.index(below: vocabulary))
    batch.targets[i] = Int32(random.index(below: vocabulary))
  }
  return batch
}

/// Takes steps on one batch; returns the losses and the parameters at the end.
private func train(
  steps: Int, threads: Int, precision: Precision, sequences: Int = 30, rate: Float = 1e-2,
  keeping kept: KeptActivations = .all
) -> (losses: [Double], parameters: [Float]) {
  let pool = WorkerPool(threads: threads)
  let parameters = Parameters(tiny, precision: precision, seed: 1, initStd: 0.02, pool: pool)
  let activations = Activations(
    tiny, sequences: sequences, time: tiny.context, precision: precision, threads: threads,
    keeping: kept)
  let gradients = Gradients(parameters, activations)
  let optimizer = Optimizer(parameters, Optimizer.Options())
  let batch = batch(sequences, tiny.context, vocabulary: tiny.vocabularySize)
  let losses = (1...steps).map { step in
    parameters.forward(batch, activations, pool)
    let count = batch.targets.count
    let loss =
      gradients.backward(batch, weight: 1 / Float(count), adding: false, pool) / Double(count)
    optimizer.step(
      step, rate: rate, gradients, norm: gradients.norm, pool)
    return loss
  }
  return (losses, (0..<parameters.layout.length).map { parameters.vector[0, $0] })
}

@Suite struct TrainerTests {
  @Test(arguments: precisions)
  func `every number of threads gives the same bits`(precision: Precision) {
    let one = train(steps: 3, threads: 1, precision: precision)
    for threads in [2, 3] {
      let other = train(steps: 3, threads: threads, precision: precision)
      #expect(other.losses == one.losses && other.parameters == one.parameters)
    }
  }

  @Test(arguments: precisions)
  func `activations computed again give the same bits`(precision: Precision) {
    let kept = train(steps: 3, threads: 2, precision: precision)
    let again = train(steps: 3, threads: 2, precision: precision, keeping: .layerInputs)
    #expect(again.losses == kept.losses && again.parameters == kept.parameters)
  }

  @Test func `rows are summed in the parts that panels of whole tasks would have`() {
    #expect(Blocks(sequences: 9, time: 128).summedRows == [0..<1152])
    #expect(Blocks(sequences: 2, time: 65).summedRows == [0..<130])
    // Tasks of 65 rows have 66 in panels: the first 512 of these are 7 tasks and 50 rows.
    #expect(Blocks(sequences: 17, time: 65).summedRows == [0..<505, 505..<1009, 1009..<1105])
    #expect(Blocks(sequences: 9, time: 63).summedRows == [0..<567], "two sequences a task")
  }

  @Test func `gradients of parts of a batch add up to that of the whole`() {
    let pool = WorkerPool(threads: 2)
    let parameters = Parameters(tiny, precision: .float32, seed: 1, initStd: 0.3, pool: pool)
    let whole = batch(12, tiny.context, vocabulary: tiny.vocabularySize)
    let weight = 1 / Float(whole.targets.count)
    func gradients(_ sequences: Int) -> (Gradients, Activations) {
      let activations = Activations(
        tiny, sequences: sequences, time: tiny.context, precision: .float32, threads: 2,
        keeping: .all)
      return (Gradients(parameters, activations), activations)
    }
    let (expected, activations) = gradients(12)
    parameters.forward(whole, activations, pool)
    let loss = expected.backward(whole, weight: weight, adding: false, pool)
    let (found, smaller) = gradients(4)
    var total = 0.0
    for start in stride(from: 0, to: 12, by: 4) {
      var part = Batch(sequences: 4, time: tiny.context)
      let tokens = start * tiny.context..<(start + 4) * tiny.context
      part.tokens = Array(whole.tokens[tokens])
      part.targets = Array(whole.targets[tokens])
      parameters.forward(part, smaller, pool)
      total += found.backward(part, weight: weight, adding: start > 0, pool)
    }
    #expect(abs(total - loss) < 1e-4)
    for i in 0..<parameters.layout.length {
      let (a, b) = (found.vector[0, i], expected.vector[0, i])
      #expect(abs(a - b) < 1e-6 + 1e-4 * abs(b), "\(i): \(a), \(b)")
    }
  }

  @Test func `a tiny model learns one batch by heart`() {
    let run = train(steps: 150, threads: 2, precision: .float32, sequences: 2)
    #expect(abs(run.losses[0] - log(41.0)) < 0.1, "at first every token is as likely")
    #expect(run.losses[149] < 0.05)
  }

  @Test func `the learning rate rises, then falls to its lowest`() {
    let schedule = LearningRateSchedule(peak: 2, warmup: 4, steps: 20, minRatio: 0.1)
    #expect(schedule.rate(1) == 0.5)
    #expect(schedule.rate(4) == 2)
    #expect(abs(schedule.rate(12) - 1.1) < 1e-12)
    #expect(abs(schedule.rate(20) - 0.2) < 1e-12)
  }
}
