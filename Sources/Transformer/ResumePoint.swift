package import Formats
import Kernels
import Parallel
package import Storage

/// Where an interrupted training run goes on, bit for bit: a file beside the model to be.
///
/// It holds the parameters, the optimizer's averages and the log. The place in every domain's
/// stream follows from the number of steps.
package struct ResumePoint {
  package let path: String
  /// Describes the run; its `step` is not used.
  private let run: ResumeHeader

  /// Values in a block of the file.
  private static let blockLength = 1 << 22

  package init(_ path: String, provenance: Provenance, weights: [String: Double], length: Int) {
    self.path = path
    var provenance = provenance
    (provenance.format, provenance.version) = (ResumeHeader.format, ResumeHeader.version)
    run = ResumeHeader(provenance: provenance, weights: weights, step: 0, length: length)
  }

  package enum Saved {
    case absent
    /// A run with other flags, inputs or seed; in which way.
    case ofAnotherRun(difference: String)
    case steps([Trainer.Step])
  }

  /// Takes `trainer` to where the file says; the steps so far.
  package func load(into trainer: inout Trainer) throws(TrainingError) -> Saved {
    guard isFile(path) else { return .absent }
    do throws(FileError) {
      let file = try FramedReader(path)
      let header = try ResumeHeader(file)
      if let difference = header.difference(from: run) {
        return .ofAnotherRun(difference: difference)
      }
      let vectors = trainer.state
      let blocks = (0..<run.length).parts(of: Self.blockLength)
      let sizes = vectors.flatMap { vector in blocks.map { (vector, $0) } }
      guard file.blockCount == 1 + sizes.count else { throw damaged("blocks are missing") }
      let log = try file.block(0).split(separator: UInt8(ascii: "\n"))
      var steps: [Trainer.Step] = []
      for line in log {
        steps.append(try JSON.decode(Trainer.Step.self, from: line, path: path, place: "log"))
      }
      guard steps.count == header.step else { throw damaged("its log is of another length") }
      for (index, (vector, range)) in sizes.enumerated() {
        let bytes = try file.block(1 + index)
        guard bytes.count == 4 * range.count else { throw damaged("a block has another size") }
        vector.setBytes(bytes, from: range.lowerBound)
      }
      try trainer.skip(steps: header.step)
      return .steps(steps)
    } catch { throw .file(error) }
  }

  /// Replaces the file.
  package func save(_ trainer: Trainer, steps: [Trainer.Step]) throws(FileError) {
    var header = run
    header.step = steps.count
    let file = try FramedWriter(path, header: JSON.encode(header))
    try file.append(Array(steps.map { JSON.encode($0) + [UInt8(ascii: "\n")] }.joined()))
    for vector in trainer.state {
      for range in (0..<run.length).parts(of: Self.blockLength) {
        try file.append(vector.bytes(range))
      }
    }
    try file.commit()
  }

  /// Removes the file: the run is complete.
  package func remove() throws(FileError) {
    if isFile(path) { try removeFile(path) }
  }

  private func damaged(_ problem: String) -> FileError {
    .content(path: path, problem: "\(problem); remove it to start again")
  }
}
