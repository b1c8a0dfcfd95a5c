package import Formats
import Kernels
import Parallel
package import Storage

/// A file beside the model to be, from which an interrupted training run goes on, bit for bit.
///
/// It holds the parameters, the optimizer's averages and the log. The place in every domain's
/// stream follows from the number of steps.
package struct ResumePoint {
  package let path: String
  /// The header that describes the run; its `step` is not used.
  private let run: ResumeHeader

  /// The number of values in a block of the file.
  private static let blockLength = 1 << 22

  /// Describes the resume point of a run of that provenance and mixture, without reading the file.
  ///
  /// - Parameter length: The length of each of the vectors of the trainer's state.
  package init(_ path: String, provenance: Provenance, weights: [String: Double], length: Int) {
    self.path = path
    var provenance = provenance
    (provenance.format, provenance.version) = (ResumeHeader.format, ResumeHeader.version)
    run = ResumeHeader(provenance: provenance, weights: weights, step: 0, length: length)
  }

  /// What the file held.
  package enum Saved {
    /// There is no file.
    case absent
    /// The file is of a run with other flags, inputs or seed, as `difference` says.
    case ofAnotherRun(difference: String)
    /// The file is of this run, which has taken these steps.
    case steps([TrainingStep])
  }

  /// Takes `trainer` to where the file says, if it is there and of this run.
  ///
  /// - Throws: `TrainingError.file` if the file is damaged, or the tokens cannot be read.
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
      let steps = try TrainingStep.log(log, path: path, place: "log")
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

  /// Replaces the file by one of where `trainer` is now.
  ///
  /// - Throws: `FileError.system` if it cannot be written.
  package func save(_ trainer: Trainer, steps: [TrainingStep]) throws(FileError) {
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

  /// Removes the file, if it is there, because the run is complete.
  ///
  /// - Throws: `FileError.system` if it cannot be removed.
  package func remove() throws(FileError) {
    if isFile(path) { try removeFile(path) }
  }

  private func damaged(_ problem: String) -> FileError {
    .content(path: path, problem: "\(problem); remove it to start again")
  }
}
