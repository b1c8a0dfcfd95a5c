package import Formats
package import Storage

/// The losses that a training run measured on its way, from its `log.jsonl`.
package struct Checkpoints: Equatable, Sendable {
  package let path: String
  /// The steps after which losses were measured, in order.
  package let steps: [TrainingStep]

  /// Reads the log at `path`.
  ///
  /// - Throws: `FileError` if it cannot be read, or no step in it measured losses.
  package init(log path: String) throws(FileError) {
    let reader = try LineReader(path)
    var lines: [[UInt8]] = []
    while let line = try reader.next() { lines.append(Array(line.bytes)) }
    let steps = try TrainingStep.log(lines, path: path).filter { $0.validation != nil }
    guard !steps.isEmpty else {
      throw .content(
        path: path, problem: "has no losses at checkpoints; train with --eval-every")
    }
    (self.path, self.steps) = (path, steps)
  }

  /// The name of the folder of the log, which is that of the model.
  package var model: String {
    let parts = path.split(separator: "/")
    return parts.count > 1 ? String(parts[parts.count - 2]) : ""
  }

  /// Returns the checkpoints before the end as runs of `end`'s name, in order.
  ///
  /// The log measures the start of each set; what it was off by at the end is taken off before, so
  /// that the last checkpoint would have the losses of `end`. Sets that the log does not have are
  /// left out.
  package func runs(before end: ObservedRun) -> [ObservedRun] {
    guard let last = steps.last, let final = last.validation else { return [] }
    return steps.dropLast().map { step in
      var losses: [String: MeasuredLoss] = [:]
      for (set, loss) in step.validation ?? [:] {
        guard let scored = end.losses[set], let logged = final[set] else { continue }
        losses[set] = MeasuredLoss(nats: loss + scored.nats - logged)
      }
      return ObservedRun(
        id: end.id, mixture: end.mixture, losses: losses, totalTokens: Double(step.tokens),
        parameters: end.parameters)
    }
  }
}
