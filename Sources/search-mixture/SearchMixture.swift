import ArgumentParser
import Formats
import Mixtures
import Parallel
import Regression
import Reporting
import Search
import Storage
import ToolKit

@main
struct SearchMixture: Tool {
  static let configuration = CommandConfiguration(
    commandName: "search-mixture",
    abstract: "Find the mixture with the lowest predicted loss, within what there is to train on.",
    discussion: """
      Examples:
        search-mixture --experts 4-logprobs/expert-*/validation -o optimum.json
        search-mixture --regressor 6-regressors/regressor.json \\
          --experts 4-logprobs/expert-*/validation --baselines baselines.jsonl \\
          --minimum Code=0.1 -o 7-proposal/proposal.json

      First the plain MDE objective is minimised, with a proof (the gap). Without
      --regressor that is the answer: an order of mixtures, before any mixture was
      trained. With it, what the regressor predicts is minimised from many starts:
      never worse than the best of --draws random mixtures. Weights stay between
      the smallest and the largest of the observed runs, unless --extrapolate is
      given; the experts alone need no such bounds.

      --objective is avg-sp, avg-et, avg-et+sp, avg-target, worst or worst-target
      (the largest loss of all sets, or of all targets), a set's name, or a file of
      lines {"id":...,"weights":{set: weight}}, of which the largest counts. A name
      that ends in /byte is the same in bits per byte.

      --guard keeps a loss at most, or at least, as it is with another mixture. It is
      the loss that the regressor predicts; without one, or with --minimize mde, the
      MDE loss. Minima under upper bounds on MDE losses are proven, others are local.

      --compare searches nothing: it tells what is predicted of mixtures that you
      name, with intervals, differences, epochs and the constraints they break.
      """,
    version: projectVersion)

  @Option(
    help: .init("What fit-regressor wrote; without it the experts alone answer.", valueName: "file")
  )
  var regressor: String?
  @Option(
    parsing: .upToNextOption,
    help: .init(
      "Folders of .lp.zst files, one for each expert; needed without --regressor, and where its "
        + "family sees MDE features.",
      valueName: "folder"))
  var experts: [String] = []
  @Option(
    parsing: .upToNextOption,
    help: .init("Domains made of experts, as mde-features was told.", valueName: "name=parts"))
  var virtual: [String] = []
  @Option(
    parsing: .upToNextOption,
    help: .init("Mixtures to compare with, and to start from.", valueName: "file"))
  var baselines: [String] = []
  @Option(
    parsing: .upToNextOption,
    help: .init(
      "Tables of the runs trained, as collect-runs writes them, of which the cost is told.",
      valueName: "file"))
  var trained: [String] = []
  @Option(help: "Family of the regressor; by default the one it recommends.") var family: String?
  @Option(help: "What to minimise; by default what the regressor was fitted for, or avg-sp.")
  var objective: String?
  @Option(
    name: .customLong("minimize"),
    help: "Its prediction, or the MDE loss, which the regressor then predicts the level of.")
  var minimized = Proposal.Minimized.predicted
  @OptionGroup(title: "Constraints") var constraints: ConstraintOptions
  @OptionGroup(title: "Guards") var guards: GuardOptions
  @Option(
    name: .customLong("compare"), parsing: .upToNextOption,
    help: .init(
      "What if: print what is predicted of these, and of each less the first. A file, an id of "
        + "--baselines, or new weights of the first, ArXiv=0.4,Github=0.1, the rest in proportion.",
      valueName: "mixture"))
  var compared: [String] = []
  @Flag(help: "Allow weights that no observed run had.") var extrapolate = false
  @Option(help: "Random mixtures to beat.") var draws = 20_000
  @Option(help: "How many of the best draws to start from.") var starts = 8
  @Option(help: .init("Largest gap of the certificate.", valueName: "nats")) var gap = 1e-6
  @OptionGroup(title: "Answers") var answers: AnswerOptions
  @OptionGroup(title: "Inventory") var inventory: InventoryOptions
  @OptionGroup var common: CommonOptions

  var outputs: [String?] {
    [
      common.output, common.log, answers.nextOutput, answers.mixtureOutput, answers.whatIfOutput,
    ] + answers.export.map(\.path)
  }

  func validate() throws {
    guard virtual.isEmpty || !experts.isEmpty else {
      throw ValidationError("--virtual needs --experts")
    }
    guard draws >= 0, starts >= 0 else {
      throw ValidationError("--draws and --starts must not be negative")
    }
    guard gap > 0 else { throw ValidationError("--gap must be positive") }
    guard regressor != nil || !experts.isEmpty else {
      throw ValidationError("give --regressor, --experts or both")
    }
    guard regressor != nil || answers.next == 0 else {
      throw ValidationError("--next needs --regressor; without one, train a baseline or two")
    }
    guard minimized == .predicted || answers.next == 0 else {
      throw ValidationError("--next does not go with --minimize mde")
    }
    guard minimized == .predicted || !experts.isEmpty else {
      throw ValidationError("--minimize mde needs --experts")
    }
    if !compared.isEmpty, let flag = answers.outputs.first {
      throw ValidationError("--compare searches nothing, so \(flag) does not go with it")
    }
  }

  func run() throws {
    let pool = WorkerPool(threads: common.threadCount)
    if let regressor {
      let file = try RegressorFile(reading: regressor)
      if compared.isEmpty {
        try search(file, path: regressor, pool)
      } else {
        try compareFitted(file, path: regressor, pool)
      }
    } else if compared.isEmpty {
      try searchExperts(pool)
    } else {
      try compareExperts(pool)
    }
  }

  /// Returns the proposal as the mixture of that file; its id is the file's name without `.json`.
  private func record(_ proposal: ProposalFile, _ path: String) throws -> MixtureRecord {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    return MixtureRecord(
      id: name.hasSuffix(".json") ? String(name.dropLast(5)) : name,
      mixture: proposal.weights)
  }

  func write(_ proposal: ProposalFile, _ next: [MixtureRecord]) throws {
    // Names that another program cannot read are refused before anything is written.
    let exports = try answers.export.map {
      try $0.blend.text(proposal.weights, pattern: answers.exportPath)
    }
    if let path = answers.nextOutput {
      try replaceFile(path, bytes: next.flatMap { $0.line + [UInt8(ascii: "\n")] })
    }
    if let path = answers.mixtureOutput {
      try replaceFile(path, keepIfEqual: true, bytes: record(proposal, path).line + [10])
    }
    for (export, text) in zip(answers.export, exports) {
      try replaceFile(export.path, bytes: Array(text.utf8))
    }
    try replaceFile(common.output, bytes: proposal.bytes)
    for line in proposal.value.summary { common.note(line) }
  }
}
