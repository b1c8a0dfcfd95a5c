import ArgumentParser
import Formats
import Reporting
import Search
import Storage

/// The options on what to answer beyond the best mixture.
struct AnswerOptions: ParsableArguments {
  @Option(
    help: .init(
      "Report how far each weight moves within this loss of the best; by default the "
        + "regressor's out-of-fold error.", valueName: "nats"))
  var within: Double?
  @Option(
    help: .init("Two objectives, such as avg-sp,worst, to list the trade-off of.", valueName: "a,b")
  )
  var pareto: ObjectivePair?
  @Option(help: "Points of that list.") var paretoPoints = 11
  @Option(help: .init("Propose this many mixtures to train next.", valueName: "count"))
  var next = 0
  @Option(
    help: .init(
      "How: gain lowers the loss of the answer most, improvement may be better than all runs, "
        + "variance is where the regressor is least sure, space is far from runs."))
  var nextBy = NextRuns.Criterion.gain
  @Option(
    help: .init(
      "Propose none where they are expected to lower the loss of the answer by less than this, or "
        + "than the noise of a run.", valueName: "nats|noise"))
  var leastGain: LeastGain?
  @Option(
    help: .init(
      "Propose no more than make this many models, with the experts and those of --trained.",
      valueName: "count"))
  var budget: Int?
  @Option(help: .init("Where those mixtures go, as JSON lines.", valueName: "file"))
  var nextOutput: String?
  @Option(
    help: .init(
      "Also write the mixture alone, a mixture file named after itself; left alone if it is the "
        + "same.",
      valueName: "file"))
  var mixtureOutput: String?
  @Option(
    help: .init(
      "Also write what is predicted of the mixture with other weights of one domain, for the page.",
      valueName: "file"))
  var whatIfOutput: String?
  @Option(
    parsing: .upToNextOption,
    help: .init(
      "Also write the mixture for megatron, olmo, litgpt or doremi.", valueName: "program=file"))
  var export: [ExportFile] = []
  @Option(
    help: .init(
      "What stands for a domain's data there; {domain} is its name.", valueName: "pattern"))
  var exportPath = "{domain}"

  func validate() throws {
    if let within, !(within > 0) { throw ValidationError("--within must be positive") }
    guard paretoPoints >= 2 else { throw ValidationError("--pareto-points must be at least 2") }
    guard next >= 0 else { throw ValidationError("--next must not be negative") }
    guard (next > 0) == (nextOutput != nil) else {
      throw ValidationError("--next and --next-output go together")
    }
    guard leastGain == nil || next > 0 else {
      throw ValidationError("--least-gain belongs to --next")
    }
    guard budget == nil || next > 0 else { throw ValidationError("--budget belongs to --next") }
    guard budget ?? 1 > 0 else { throw ValidationError("--budget must be positive") }
    guard exportPath.contains("{domain}") else {
      throw ValidationError("--export-path needs {domain} in it")
    }
  }

  /// The options given that write what a search finds.
  var outputs: [String] {
    [
      next > 0 ? "--next" : nil, mixtureOutput.map { _ in "--mixture-output" },
      whatIfOutput.map { _ in "--what-if-output" }, export.isEmpty ? nil : "--export",
    ].compactMap { $0 }
  }

  /// The files that those options name.
  var files: [String] {
    [nextOutput, mixtureOutput, whatIfOutput].compactMap(\.self) + export.map(\.path)
  }

  /// The options that the proposal depends on, for its provenance.
  var flags: [String: String] {
    [
      "within": within.map { "\($0)" } ?? "",
      "pareto": pareto.map { "\($0)" } ?? "",
      "pareto-points": pareto == nil ? "" : "\(paretoPoints)",
    ].filter { !$0.value.isEmpty }
  }
}

/// The names of two objectives, written as `avg-sp,Github`.
struct ObjectivePair: ExpressibleByArgument, CustomStringConvertible {
  let names: [String]

  init?(argument: String) {
    names = argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard names.count == 2, names[0] != names[1], !names.contains("") else { return nil }
  }

  var description: String { names.joined(separator: ",") }
}

/// What further runs have to bring: nats per token, or the standard deviation of one run.
enum LeastGain: ExpressibleByArgument {
  case nats(Double)
  case noise

  init?(argument: String) {
    if argument == "noise" {
      self = .noise
    } else if let nats = decimal(argument), nats >= 0 {
      self = .nats(nats)
    } else {
      return nil
    }
  }
}

/// A file to export to, with its format, written as `megatron=blend.txt`.
struct ExportFile: ExpressibleByArgument {
  let blend: Blend
  let path: String

  init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2, let blend = Blend(rawValue: parts[0]) else { return nil }
    (self.blend, path) = (blend, parts[1])
  }
}

extension NextRuns.Criterion: ExpressibleByArgument {}
