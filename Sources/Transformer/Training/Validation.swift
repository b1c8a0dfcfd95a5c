package import Formats
import Kernels
package import Parallel
import Storage

/// The start of each domain's validation split, cut into sequences, for losses during training.
package struct Validation: Sendable {
  private let batches: [(domain: String, batches: [Batch])]
  private let activations: Activations?

  /// Reads the start of each domain's validation split.
  ///
  /// - Parameter tokens: The number of tokens of each domain; a shorter split is taken whole.
  /// - Throws: `TrainingError.file` if a file cannot be read, or is not one that the manifest
  ///   lists.
  package init(
    _ folders: [TokenFolder], tokens: Int, parameters: Parameters, threads: Int
  ) throws(TrainingError) {
    let time = parameters.config.context
    // About as many tokens as a batch of scoring has: their activations lie beside training's.
    let sequences = max(1, 2048 / time)
    var batches: [(domain: String, batches: [Batch])] = []
    for folder in folders {
      let text = try wrapping { () throws(FileError) in try Self.start(of: folder, tokens) }
      var ofDomain: [Batch] = []
      for part in (0..<max(0, text.count - 1)).parts(of: sequences * time) {
        var batch = Batch(sequences: sequences, time: time)
        for (i, place) in part.enumerated() {
          batch.tokens[i] = text[place]
          batch.targets[i] = text[place + 1]
        }
        ofDomain.append(batch)
      }
      if !ofDomain.isEmpty { batches.append((folder.domain, ofDomain)) }
    }
    self.batches = batches
    activations =
      batches.isEmpty
      ? nil
      : Activations(
        parameters.config, sequences: sequences, time: time, precision: parameters.precision,
        threads: threads, keeping: .nothing)
  }

  private static func start(of folder: TokenFolder, _ limit: Int) throws(FileError) -> [Int32] {
    var text: [Int32] = []
    for file in try folder.files("validation") {
      for index in 0..<file.blockCount where text.count < limit {
        let block = try file.block(index)
        for document in 0..<block.documentCount {
          text.append(file.header.endOfText)
          text += block[document]
        }
      }
    }
    return Array(text.prefix(limit + 1))
  }

  /// The mean loss of each domain that has validation tokens, in nats per token.
  package func losses(_ parameters: Parameters, _ pool: WorkerPool) -> [String: Double] {
    guard let activations else { return [:] }
    var losses: [String: Double] = [:]
    for (domain, batches) in batches {
      var (total, count) = (0.0, 0)
      for batch in batches {
        parameters.forward(batch, activations, scoring: true, pool)
        total += activations.totalLoss
        count += batch.targetCount
      }
      losses[domain] = total / Double(count)
    }
    return losses
  }
}
