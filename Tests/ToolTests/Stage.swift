/// One invocation of each tool, on the files of the pipeline.
enum Stage {
  static let discoverDomains = Invocation(
    "discover-domains", "0-corpus", "-k", "3", "--dimensions", "8", "--starts", "2",
    output: "0-domains", lastFile: "report.jsonl")

  static let trainTokenizer = Invocation(
    "train-tokenizer", "--domains", "domains.tsv", "--vocab-size", "290", "0-corpus",
    output: "1-tokens/tokenizer.json")

  static let tokenizeShards = Invocation(
    "tokenize-shards", "--domains", "domains.tsv", "--tokenizer", "1-tokens/tokenizer.json",
    "--validation-fraction", "0.1", "--test-fraction", "0.1", "0-corpus", output: "1-tokens",
    lastFile: "Prose/manifest.json")

  static func tokenizePart(_ number: Int) -> Invocation {
    Invocation(
      tool: tokenizeShards.tool, arguments: tokenizeShards.arguments + ["--part", "\(number)/2"],
      output: "parts/\(number)", lastFile: "part.zst")
  }

  static let mergeParts = Invocation(
    tool: tokenizeShards.tool,
    arguments: tokenizeShards.replacing("0-corpus", by: "--merge").arguments
      + ["parts/1", "parts/2"], output: "merged", lastFile: "Prose/manifest.json")

  /// The tokenizing of tasks, with all questions for validation: there are only three.
  static let tokenizeTasks = Invocation(
    "tokenize-tasks", "--tokenizer", "1-tokens/tokenizer.json", "--test-fraction", "0",
    "tasks.jsonl", output: "1-tasks", lastFile: "last/manifest.json")

  static let tokenizeTargets = Invocation(
    "tokenize-targets", "--table", "targets.tsv", "--tokenizer", "1-tokens/tokenizer.json",
    "--tokens", "300", output: "1-targets", lastFile: "asked/manifest.json")

  static let measureOverlap = Invocation(
    "measure-overlap", "1-tokens/Code", "1-tokens/Maths", "1-tokens/Prose", "1-targets/notes",
    "1-targets/asked", "--tokenizer", "1-tokens/tokenizer.json", output: "1-tokens/overlap.jsonl")

  static func scoreChoices(_ model: String, _ task: String) -> Invocation {
    Invocation(
      "score-logprobs", "--model", "3-models/\(model)", "1-tasks/\(task)/choices-000.tok.zst",
      output: "4-logprobs/\(model)/choices/\(task).lp.zst")
  }

  static let importTokens = Invocation(
    "import-tokens", "--domain", "Code", "--tokenizer", "1-tokens/tokenizer.json",
    "--validation-fraction", "0.1", "--test-fraction", "0.1", "tokenized/code.bin",
    output: "imported", lastFile: "Code/manifest.json")

  static let sampleMixtures = Invocation(
    "sample-mixtures", "-n", "5", "--base", "baselines.jsonl",
    output: "2-mixtures/observed.jsonl")

  static func trainExpert(_ domain: String) -> Invocation {
    train("expert-\(domain)", "--expert", domain)
  }

  static func trainMixture(_ name: String, file: String) -> Invocation {
    train(name, "--mixture", file)
  }

  private static func train(_ name: String, _ flag: String, _ value: String) -> Invocation {
    Invocation(
      "train-expert", flag, value, "1-tokens/Code", "1-tokens/Maths", "1-tokens/Prose",
      "--hidden-size", "16", "--layers", "1", "--heads", "2", "--context", "16", "--batch-size",
      "4",
      "--steps", "8", "--eval-tokens", "64", output: "3-models/\(name)",
      lastFile: "model.safetensors")
  }

  static let mixTokens = Invocation(
    "mix-tokens", "--mixture", "2-mixtures/natural.json", "1-tokens/Code", "1-tokens/Maths",
    "1-tokens/Prose", "--context", "16", "--steps", "8", output: "3-streams/natural",
    lastFile: "stream.json")

  static func scoreLogprobs(_ model: String, _ split: String, _ domain: String) -> Invocation {
    Invocation(
      "score-logprobs", "--model", "3-models/\(model)", "1-tokens/\(domain)/\(split)-000.tok.zst",
      output: "4-logprobs/\(model)/\(split)/\(domain).lp.zst")
  }

  static let mdeFeatures = Invocation(
    "mde-features", "--mixtures", "2-mixtures/observed.jsonl", "--experts",
    "4-logprobs/expert-Code/validation", "4-logprobs/expert-Maths/validation",
    "4-logprobs/expert-Prose/validation", output: "5-features/observed.jsonl.zst")

  static let choiceFeatures = mdeFeatures.adding(
    "--choices", "4-logprobs/expert-Code/choices", "4-logprobs/expert-Maths/choices",
    "4-logprobs/expert-Prose/choices")

  static let fitRegressor = Invocation(
    "fit-regressor", "--features", "5-features/observed.jsonl.zst", "--runs",
    "5-runs/fitted.jsonl", output: "6-regressors/regressor.json")

  static let searchMixture = Invocation(
    "search-mixture", "--regressor", "6-regressors/regressor.json", "--draws", "300", "--starts",
    "2", "--train-tokens", "512", "--manifests", "1-tokens/Code/manifest.json",
    "1-tokens/Maths/manifest.json", "1-tokens/Prose/manifest.json", "--baselines",
    "baselines.jsonl", "--experts", "4-logprobs/expert-Code/validation",
    "4-logprobs/expert-Maths/validation", "4-logprobs/expert-Prose/validation",
    output: "7-proposal/proposal.json")

  static let evaluateTasks = Invocation(
    "evaluate-tasks", "--model", "3-models/natural", "tasks.jsonl", output: "tasks/scores.jsonl")

  static let collectRuns = collectRuns(
    (1...5).map { "mixture-00\($0)" }, "validation", table: "fitted")

  static func collectRuns(_ models: [String], _ split: String, table: String) -> Invocation {
    Invocation(
      tool: "collect-runs", arguments: models.map { "4-logprobs/\($0)/\(split)" },
      output: "5-runs/\(table).jsonl")
  }

  static let reuseRuns = Invocation(
    "reuse-runs", "5-runs/fitted.jsonl", "--lineage", "lineage.tsv", output: "5-runs/reused.jsonl")

  static let correlateScores = Invocation(
    "correlate-scores", "--runs", "5-runs/fitted.jsonl", "--scores",
    "tasks/mixture-001.jsonl", "tasks/mixture-002.jsonl", "tasks/mixture-003.jsonl",
    "tasks/mixture-004.jsonl", "tasks/mixture-005.jsonl", output: "tasks/correlations.jsonl")

  static let renderReport = Invocation("render-report", ".", output: "8-report/index.html")

  /// Every tool once, in the order of the pipeline.
  static let all = [
    discoverDomains, trainTokenizer, tokenizeShards, importTokens, tokenizeTasks, tokenizeTargets,
    measureOverlap,
    sampleMixtures, mixTokens,
    trainMixture("natural", file: "2-mixtures/natural.json"),
    scoreLogprobs("natural", "test", "Prose"), mdeFeatures, collectRuns, reuseRuns,
    fitRegressor, searchMixture, evaluateTasks, correlateScores, renderReport,
  ]

  /// Other ways to use a tool.
  static let further = [tokenizePart(1), mergeParts]
}
