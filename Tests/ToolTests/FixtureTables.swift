import Foundation

/// Runs and scores of models that nobody trained, in numbers that every machine reads alike.
enum FixtureTables {
  /// Writes losses and scores of eight models.
  ///
  /// - Returns: Their correlation.
  static func correlateScores(in workspace: Workspace) throws -> Invocation {
    let losses = [3.1, 3.4, 3.2, 3.9, 3.6, 3.3, 3.8, 3.5]
    let scores = [0.52, 0.48, 0.55, 0.31, 0.36, 0.44, 0.41, 0.49]
    var files: [String] = []
    for (index, score) in scores.enumerated() {
      files.append("scores/m\(index).jsonl")
      try workspace.write(
        files[index],
        """
        {"model":{"id":"m\(index)","sha256":"s"},"provenance":{"flags":{},\
        "format":"mde.taskscores","inputs":[],"revision":1,"tool":"evaluate-tasks","version":2},\
        "tokenizer":"t"}
        {"accuracy":{"perByte":{"mean":\(score)},"sum":{"mean":\(score)}},\
        "answerLoss":{"nats":2},"chance":0.25,"droppedExamples":0,"questions":9,"shots":0,\
        "task":"copa","truncated":0}

        """)
    }
    let lines = losses.enumerated().map { index, loss in
      #"{"id":"m\#(index)","weights":{"A":0.5,"B":0.5},"losses":{"A":\#(loss),"B":\#(5 - loss)}}"#
    }
    try workspace.write("model-runs.jsonl", lines.joined(separator: "\n") + "\n")
    return Invocation(
      tool: "correlate-scores", arguments: ["--runs", "model-runs.jsonl", "--scores"] + files,
      output: "tasks/correlations.jsonl")
  }

  /// Writes tables of fourteen runs of three domains, whose losses are a law of the weights.
  ///
  /// - Returns: The fit of a few families to them, and the search of one.
  static func fit(in workspace: Workspace) throws -> (fit: Invocation, search: Invocation) {
    var (weights, losses) = ("run,web,code,books\n", "run,web,code,books\n")
    for run in 0..<14 {
      let parts = [1 + run * 5 % 7, 1 + run * 3 % 5, 1 + run * 2 % 11].map(Double.init)
      let shares = parts.map { ($0 / parts.reduce(0, +) * 1000).rounded() / 1000 }
      let weight = [shares[0], shares[1], 1 - shares[0] - shares[1]]
      weights += "r\(run),\(weight.map(digits).joined(separator: ","))\n"
      losses +=
        "r\(run),\(weight.map { digits(2 + exp(0.5 - 2 * $0)) }.joined(separator: ","))\n"
    }
    try workspace.write("weights.csv", weights)
    try workspace.write("losses.csv", losses)
    return (
      Invocation(
        "fit-regressor", "--runs", "weights.csv", "losses.csv", "--families", "mean",
        "ridge-lambda", "ridge-log", output: "out/fitted.json"),
      Invocation(
        "search-mixture", "--regressor", "out/fitted.json", "--draws", "300", "--starts", "2",
        output: "out/proposed.json")
    )
  }

  private static func digits(_ value: Double) -> String { String(format: "%.3f", value) }
}
