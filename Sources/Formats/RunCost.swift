/// The cost of a run of a tool: a line of the file that `--log` names.
package struct RunCost: Codable, Equatable, Sendable {
  package var tool: String
  package var seconds: Double
  /// The seconds of processor time of all threads together.
  package var processorSeconds: Double
  /// The most memory that was resident, in bytes.
  package var peakBytes: Int

  package init(tool: String, seconds: Double, processorSeconds: Double, peakBytes: Int) {
    (self.tool, self.seconds) = (tool, seconds)
    (self.processorSeconds, self.peakBytes) = (processorSeconds, peakBytes)
  }
}
