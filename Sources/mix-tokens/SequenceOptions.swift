import ArgumentParser
import Streams
import ToolKit

extension StreamFormat: ExpressibleByArgument {}

/// Which sequences are written, how many, and in which form.
struct SequenceOptions: ParsableArguments {
  @Option(help: "Format: mde, llmc, megatron, olmo or datatrove.") var format = StreamFormat.mde
  @Option(help: "Tokens in a sequence.") var context = 128
  @Option(name: [.long, .customLong("batch")], help: "Sequences in a step.") var batchSize = 4
  @Option(help: "Steps.") var steps: Int?
  @Option(help: "Tokens to train on, instead of --steps; rounded up to whole steps.")
  var trainTokens: Int?
  @Option(help: "Sequences, instead of --steps; a multiple of --batch-size.") var sequences: Int?
  @Option(help: "Steps that are left out at the start: to go on after them.") var fromStep = 0
  @Option(help: "Readers that share every step, each with a stream of its own.") var ranks = 1
  @Option(help: "Write the stream of this reader alone, from 0.") var rank: Int?
  @Flag(help: "Write nothing: compare what is in the folder of -o with what would be written.")
  var verify = false

  func validate() throws {
    guard [steps, trainTokens, sequences].compactMap(\.self).count == 1 else {
      throw ValidationError("give one of --steps, --train-tokens and --sequences")
    }
    for (name, value) in [
      ("context", context), ("batch-size", batchSize), ("ranks", ranks),
      ("steps", steps ?? 1), ("train-tokens", trainTokens ?? 1), ("sequences", sequences ?? 1),
    ] where value < 1 { throw ValidationError("--\(name) must be positive, not \(value)") }
    guard
      StreamPlan.isPossible(
        steps: steps ?? (sequences ?? 0) / batchSize, batch: batchSize, context: context),
      trainTokens ?? 0 <= Int.max / 2
    else {
      throw ValidationError("--steps, --batch-size and --context make too many tokens")
    }
    guard (sequences ?? 0) % batchSize == 0 else {
      throw ValidationError("--batch-size \(batchSize) must divide --sequences \(sequences ?? 0)")
    }
    guard batchSize % ranks == 0 else {
      throw ValidationError("--ranks \(ranks) must divide --batch-size \(batchSize)")
    }
    guard ranks == 1 || format.hasRanks else {
      throw ValidationError("--ranks: the readers of --format \(format.rawValue) share one file")
    }
    guard 0..<ranks ~= rank ?? 0 else {
      throw ValidationError("--rank must be from 0 to \(ranks - 1), one less than --ranks")
    }
    guard 0...stepCount ~= fromStep else {
      throw ValidationError("--from-step must be from 0 to \(stepCount), the number of steps")
    }
  }

  private var stepCount: Int {
    let perStep = batchSize * context
    return steps ?? sequences.map { $0 / batchSize } ?? ((trainTokens ?? 0) + perStep - 1) / perStep
  }

  var plan: StreamPlan {
    StreamPlan(
      context: context, batch: batchSize, steps: stepCount, fromStep: fromStep, ranks: ranks)
  }
}
