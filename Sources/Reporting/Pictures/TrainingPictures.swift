import Foundation
import Storage
import Tasks

extension RunFolder {
  /// A line of a training log, as far as the picture shows it.
  private struct Step: Decodable {
    let tokens: Int
    let loss: Double
  }

  /// Draws the batch losses of the final models as lines over the tokens read; nil without logs.
  func trainingPicture() throws -> Picture? {
    let shown = finalModels.filter { !$0.contains("-seed") }.prefix(Picture.colors.count)
    var curves: [(model: String, points: [String])] = []
    for model in shown {
      let log = "\(path)/3-models/\(model)/log.jsonl"
      guard isFile(log) else { continue }
      let steps = try readSteps(log)
      if steps.count >= 2 { curves.append((model, smoothed(steps))) }
    }
    guard !curves.isEmpty else { return nil }
    let blocks = curves.enumerated().map { index, curve in
      "$curve\(index) << EOD\n\(curve.points.joined(separator: "\n"))\nEOD"
    }
    let series = curves.enumerated().map { index, curve in
      "$curve\(index) using 1:2 with lines linewidth 1.5 linecolor rgb "
        + "\"\(Picture.colors[index])\" title \(Picture.quoted(curve.model))"
    }
    return try Picture(
      caption: """
        Training loss of the final models, each on its own mixture, so their heights do not \
        compare: what counts is that the curves are flat at the end. Means over fiftieths of the \
        steps.
        """, width: 860, height: 420,
      commands: """
        \(blocks.joined(separator: "\n"))
        set xlabel "training tokens, millions"
        set ylabel "loss of the batches, nats per token"
        set key outside bottom center horizontal
        plot \(series.joined(separator: ", \\\n  "))
        """,
      data: DataLink(
        name: "training", header: ["model", "million tokens", "loss"],
        rows: curves.flatMap { curve in
          curve.points.map { [curve.model] + $0.split(separator: " ").map(String.init) }
        }))
  }

  private func readSteps(_ log: String) throws(FileError) -> [Step] {
    let reader = try LineReader(log)
    var steps: [Step] = []
    while let line = try reader.next() {
      steps.append(
        try JSON.decode(
          Step.self, from: line.bytes, path: reader.name, place: "line \(line.number)"))
    }
    return steps
  }

  /// Returns millions of tokens and the mean loss, for fifty parts of the steps at most.
  private func smoothed(_ steps: [Step]) -> [String] {
    let size = max(1, (steps.count + 49) / 50)
    return stride(from: 0, to: steps.count, by: size).map { start in
      let part = steps[start..<min(steps.count, start + size)]
      let mean = part.reduce(0) { $0 + $1.loss } / Double(part.count)
      let tokens = part.reduce(0) { $0 + Double($1.tokens) } / Double(part.count)
      return "\(tokens / 1e6) \(mean)"
    }
  }
}
