import Formats
import Kernels
import Parallel
import Storage
import TestSupport
import Testing
@testable import Transformer

/// One batch of a model made by PyTorch and transformers, see Golden/make_golden.py.
private struct Golden {
  let file: SafetensorsFile
  let config: ModelConfig
  let batch: Batch

  init(_ name: String, sequences: Int, time: Int) throws {
    let folder = Repository.file("Tests/TransformerTests/Golden/")
    file = try SafetensorsFile(folder + name + ".safetensors")
    config = try ModelConfig(file: folder + name + ".json")
    var batch = Batch(sequences: sequences, time: time)
    let data = try file.floats("data", shape: [sequences, time + 1])
    for s in 0..<sequences {
      for t in 0..<time {
        batch.tokens[s * time + t] = Int32(data[s * (time + 1) + t])
        batch.targets[s * time + t] = Int32(data[s * (time + 1) + t + 1])
      }
    }
    self.batch = batch
  }

  func parameters(_ precision: Precision) throws -> Parameters {
    let parameters = Parameters(config, precision: precision)
    for entry in parameters.layout.entries {
      parameters[entry] = try file.floats(entry.name, shape: entry.shape)
    }
    parameters.refreshOperands()
    return parameters
  }
}

/// The largest difference, divided by the largest magnitude expected; infinite if some number is
/// missing.
private func difference(_ found: [Float], _ expected: [Float]) -> Float {
  guard found.count == expected.count, (found + expected).allSatisfy(\.isFinite) else {
    return .infinity
  }
  let scale = expected.reduce(1e-6) { max($0, abs($1)) }
  return zip(found, expected).reduce(0) { max($0, abs($1.0 - $1.1)) } / scale
}

@Test func `what is not a number differs from all numbers`() {
  #expect(difference([1, 2], [1, 2.5]) == 0.2)
  for found in [[1, .nan], [.nan, 2], [1, .infinity], [1]] as [[Float]] {
    #expect(difference(found, [1, 2]) == .infinity)
  }
}

@Test(
  arguments: [("grouped", 2, 70), ("tied", 3, 7)],
  precisions.flatMap { [($0, KeptActivations.all), ($0, .layerInputs)] })
func `logits, loss and every gradient are those of PyTorch`(
  _ golden: (name: String, sequences: Int, time: Int),
  _ setting: (precision: Precision, kept: KeptActivations)
) throws {
  let precision = setting.precision
  let golden = try Golden(golden.name, sequences: golden.sequences, time: golden.time)
  let (config, batch, pool) = (golden.config, golden.batch, WorkerPool(threads: 2))
  let parameters = try golden.parameters(precision)
  let activations = Activations(
    config, sequences: batch.sequences, time: batch.time, precision: precision, threads: 2,
    keeping: setting.kept)
  let gradients = Gradients(parameters, activations)
  // float32: rounding of sums in another order; bfloat16: 8 bits in every operand.
  let tolerance: Float = precision == .float32 ? 2e-5 : 5e-2

  parameters.forward(batch, activations, pool)
  let logits = parameters.logits(activations)
  let found = (0..<activations.rows).flatMap { r in
    (0..<config.vocabularySize).map { logits.view[r, $0] }
  }
  let expected = try golden.file.floats(
    "logits", shape: [batch.sequences, batch.time, config.vocabularySize])
  #expect(difference(found, expected) < tolerance, "logits")

  let count = batch.targets.count
  let loss =
    gradients.backward(batch, weight: 1 / Float(count), adding: false, pool) / Double(count)
  #expect(abs(loss - Double(try golden.file.floats("loss", shape: [1])[0])) < Double(tolerance))
  for entry in parameters.layout.entries {
    let found = (0..<entry.count).map { gradients.vector[0, entry.offset + $0] }
    let expected = try golden.file.floats("gradient." + entry.name, shape: entry.shape)
    #expect(difference(found, expected) < tolerance, "\(entry.name)")
  }
}
