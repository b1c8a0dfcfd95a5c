import Foundation
import Storage
import Testing

/// Files that are whole, but do not belong together.
struct MismatchTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace(on: Pipeline.shared.get()) }

  private func trainOtherTokenizer() throws {
    try workspace.run(
      "train-tokenizer", "--domains", "domains.tsv", "--vocab-size", "280", "0-corpus", "-o",
      "other.json")
  }

  @Test func `a model does not score tokens of another tokenizer`() throws {
    try trainOtherTokenizer()
    try workspace.run(
      "tokenize-shards", "--domains", "domains.tsv", "--tokenizer", "other.json",
      "--validation-fraction", "0.1", "--test-fraction", "0.1", "0-corpus", "-o", "other")
    let score = Stage.scoreLogprobs("natural", "test", "Prose")
    try workspace.expectRefusal(
      65, "other/Prose/test-000.tok.zst: header: was not made with",
      score.replacing("1-tokens/Prose/test-000.tok.zst", by: "other/Prose/test-000.tok.zst"))
  }

  @Test func `a model is not trained with another tokenizer than its tokens`() throws {
    try trainOtherTokenizer()
    try workspace.expectRefusal(
      65, "1-tokens/Code/manifest.json: tokenizer: ",
      Stage.trainExpert("Code").adding("--tokenizer", "other.json"))
  }

  /// What a `tokenize-shards` with other flags leaves when it is killed before it writes the
  /// manifest.
  @Test func `shards that are not those of the manifest are refused`() throws {
    try workspace.run(
      "tokenize-shards", "--domains", "domains.tsv", "--tokenizer", "1-tokens/tokenizer.json",
      "--validation-fraction", "0.2", "--test-fraction", "0.1", "0-corpus", "-o", "other")
    for name in ["train-000.tok.zst", "validation-000.tok.zst"] {
      try workspace.replace("1-tokens/Code/\(name)", try workspace.bytes("other/Code/\(name)"))
    }
    try workspace.expectRefusal(
      65, "1-tokens/Code/train-000.tok.zst: is not the file that 1-tokens/Code/manifest.json lists",
      Stage.trainExpert("Code"))
  }

  /// Puts what a model gives the test split of Code where its scores of the validation split are.
  private func scoreOtherData(_ model: String) throws {
    try workspace.run(
      "score-logprobs", "-q", "--model", "3-models/\(model)", "1-tokens/Code/test-000.tok.zst",
      "-o", "other.lp.zst")
    try workspace.replace(
      "4-logprobs/\(model)/validation/Code.lp.zst", try workspace.bytes("other.lp.zst"))
  }

  @Test func `experts scored on different data are not mixed`() throws {
    try scoreOtherData("expert-Maths")
    let (found, first) = ("4-logprobs/expert-Maths", "4-logprobs/expert-Code")
    try workspace.expectRefusal(
      65,
      "\(found)/validation/Code.lp.zst: its evaluation data is not that of "
        + "\(first)/validation/Code.lp.zst; score both the same way", Stage.mdeFeatures)
  }

  @Test func `an expert that lacks an evaluation set is named`() throws {
    try workspace.unlink("4-logprobs/expert-Maths/validation")
    try FileManager.default.removeItem(
      atPath: "\(workspace.path)/4-logprobs/expert-Maths/validation/Code.lp.zst")
    try workspace.expectRefusal(
      65,
      "4-logprobs/expert-Maths/validation: has no scores of Code, which "
        + "4-logprobs/expert-Code/validation has; score it too", Stage.mdeFeatures)
  }

  @Test func `runs measured on other data than the features are refused`() throws {
    try scoreOtherData("mixture-003")
    try workspace.expectRefusal(
      65,
      "4-logprobs/mixture-003/validation/Code.lp.zst: was scored on other data of Code than "
        + "4-logprobs/mixture-002/validation; score both the same way", Stage.collectRuns)
    let fitted = String(decoding: try workspace.bytes("5-runs/fitted.jsonl"), as: UTF8.self)
    let digest = try #require(fitted.firstMatch(of: /"sha256":"([0-9a-f]{64})","split"/)).output.1
    try workspace.replace(
      "5-runs/fitted.jsonl",
      Array(fitted.replacing(digest, with: String(repeating: "0", count: 64)).utf8))
    try workspace.expectRefusal(
      65, "5-runs/fitted.jsonl: was measured on other data of Code than", Stage.fitRegressor)
  }

  @Test func `a file of another format says what it is`() throws {
    try workspace.expectRefusal(
      65, "4-logprobs/natural/test/Prose.lp.zst: is a file of format mde.logprobs, not mde.tokens",
      Stage.scoreLogprobs("natural", "test", "Prose").replacing(
        "1-tokens/Prose/test-000.tok.zst", by: "4-logprobs/natural/test/Prose.lp.zst"))
    try workspace.expectRefusal(
      65, "7-proposal/proposal.json: is a file of format mde.proposal, not mde.regressor",
      Stage.searchMixture.replacing("6-regressors/regressor.json", by: "7-proposal/proposal.json"))
  }

  @Test func `the tokenizer beside a model has no more ids than the model`() throws {
    try workspace.run(
      "train-tokenizer", "--domains", "domains.tsv", "--vocab-size", "300", "0-corpus", "-o",
      "large.json")
    try workspace.replace("3-models/natural/tokenizer.json", try workspace.bytes("large.json"))
    try workspace.expectRefusal(
      65, "3-models/natural/tokenizer.json: has 300 ids, but the model only 290",
      Stage.evaluateTasks)
  }
}
