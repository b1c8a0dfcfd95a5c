import ArgumentParser
import Evaluation
import Formats
import Tasks

/// The flags that say how questions are asked and scored.
struct EvaluationOptions: ParsableArguments {
  @Option(help: "Solved examples before each question; needs --train or --table.") var shots = 0
  @Option(
    parsing: .singleValue,
    help: .init("Without --table: task file with the examples; may be repeated.", valueName: "file")
  )
  var train: [String] = []
  @Option(
    help: "Draw examples anew for each question, the default, or once for the task: each or once.")
  var draw: FewShot.Draw?
  @Option(
    help: .init(
      "Scores of choices: some of sum, perToken, perByte and unconditional.", valueName: "list"))
  var normalizations = NormalizationList(Normalization.allCases)
  @Option(
    name: [.long, .customLong("unconditional")],
    help: .init("What stands before a choice for 'unconditional'.", valueName: "text"))
  var unconditionalPrompt = TaskScorer.Options().unconditionalPrompt
  @Option(
    parsing: .singleValue,
    help: .init(
      "Where a written answer ends; may be repeated. Default: the end of the line.",
      valueName: "text"))
  var stop: [String] = []
  @Option(name: [.long, .customLong("max-tokens")], help: "Tokens of a written answer at most.")
  var maxNewTokens = TaskScorer.Options().maxNewTokens

  func validate() throws {
    guard shots >= 0 else { throw ValidationError("--shots must not be negative") }
    guard draw == nil || shots > 0 else { throw ValidationError("--draw needs --shots") }
    guard maxNewTokens > 0 else { throw ValidationError("--max-new-tokens must be at least 1") }
    guard !stop.contains("") else { throw ValidationError("--stop must not be empty") }
  }

  private var stops: [String] { stop.isEmpty ? TaskScorer.Options().stops : stop }

  /// The options of a scorer, with examples from `training`, drawn with `seed`.
  func options(training: [TaskSet], seed: UInt64) -> TaskScorer.Options {
    var options = TaskScorer.Options()
    options.fewShot = FewShot(shots: shots, draw: draw ?? .each, seed: seed, training: training)
    options.normalizations = normalizations.list
    options.unconditionalPrompt = unconditionalPrompt
    options.stops = stops
    options.maxNewTokens = maxNewTokens
    return options
  }

  /// The flags with their values, defaults included, as the header of the scores has them.
  var flags: [String: String] {
    var flags = [
      "shots": "\(shots)", "normalizations": "\(normalizations)",
      "unconditional-prompt": unconditionalPrompt, "stop": stops.joined(separator: " "),
      "max-new-tokens": "\(maxNewTokens)",
    ]
    if shots > 0 { flags["draw"] = (draw ?? .each).rawValue }
    return flags
  }
}

/// A list of normalizations, written as their names with commas between them.
struct NormalizationList: ExpressibleByArgument, CustomStringConvertible {
  let list: [Normalization]

  init(_ list: [Normalization]) { self.list = list }

  init?(argument: String) {
    let list = argument.split(separator: ",", omittingEmptySubsequences: false).map {
      Normalization(rawValue: String($0))
    }
    self.list = list.compactMap(\.self)
    guard self.list.count == list.count, Set(self.list).count == list.count else { return nil }
  }

  var description: String { list.map(\.rawValue).joined(separator: ",") }
  var defaultValueDescription: String { description }
}

extension FewShot.Draw: ExpressibleByArgument {}
