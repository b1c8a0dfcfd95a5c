package import Storage

/// What one step of a training run did: a line of `log.jsonl` beside the model.
package struct TrainingStep: Codable, Equatable, Sendable {
  /// The number of the step, counted from 1.
  package var step: Int
  /// The number of tokens learned so far.
  package var tokens: Int
  /// The mean loss of the batch before the step, in nats per token.
  package var loss: Double
  package var learningRate: Double
  /// The Euclidean norm of the whole gradient, before clipping.
  package var gradientNorm: Double
  /// The loss of each domain's validation sequences after the step, in nats per token, or nil.
  package var validation: [String: Double]?

  package init(
    step: Int, tokens: Int, loss: Double, learningRate: Double, gradientNorm: Double,
    validation: [String: Double]?
  ) {
    (self.step, self.tokens, self.loss) = (step, tokens, loss)
    (self.learningRate, self.gradientNorm) = (learningRate, gradientNorm)
    self.validation = validation
  }
}

extension TrainingStep {
  /// Decodes the lines of a log that starts with the first step and leaves none out.
  ///
  /// - Parameter place: Where in `path` the lines are, for errors; nil where they are the file.
  /// - Throws: `FileError` if a line is none, or is not of the step after the one before.
  package static func log(
    _ lines: some Sequence<some Collection<UInt8>>, path: String, place: String? = nil
  ) throws(FileError) -> [TrainingStep] {
    var steps: [TrainingStep] = []
    for line in lines {
      let place = [place, "line \(steps.count + 1)"].compactMap(\.self).joined(separator: ": ")
      let step = try JSON.decode(Self.self, from: line, path: path, place: place)
      guard step.step == steps.count + 1 else {
        throw .content(path: path, place: place, problem: "is of step \(step.step)")
      }
      steps.append(step)
    }
    return steps
  }
}
