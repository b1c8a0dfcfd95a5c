import Discovery
import Formats
import Mixtures
import Regression
import Reporting
import Search
import Streams
import Tasks

extension ArtifactFormat {
  /// Every format that is stored, each with its reader; `data/README.md` describes them.
  ///
  /// Of two that a file may be told by, the one that asks for more comes first.
  package static let all: [ArtifactFormat] = [
    .init(TokenHeader.format, checkTokens),
    .init(TokenManifest.format, checkTokenManifest),
    .init(OverlapFile.format, checkOverlaps),
    .init(FertilityFile.format, checkFertility),
    .init(ClusterFile.format, checkClusters),
    .init(FoundDomains.format, checkFoundDomains),
    .init(TokenPartHeader.format, checkTokenPart),
    .init(StreamHeader.format, checkStream),
    .init(StreamHeader.reportFormat, checkStreamReport),
    .init(RunRecord.format, checkRunRecord),
    .init(ResumeHeader.format, checkResumePoint),
    .init(LogProbHeader.format, checkLogProbs),
    .init(FeatureTable.format, checkFeatures),
    .init(RunTable.format, checkRunTable),
    .init(FittedRuns.format, checkRegressor),
    .init(AuditLine.format, checkAudit),
    .init(Proposal.format, checkProposal),
    .init(WhatIf.format, checkWhatIf),
    .init(TaskScores.format, checkTaskScores),
    .init(CorrelationFile.format, checkCorrelations),

    .init("safetensors", .safetensors, checkSafetensors),
    .init("weights index", .keys(["weight_map"]), checkWeightsIndex),
    .init("model configuration", .keys(["num_hidden_layers"]), checkModelConfig),
    .init("observed runs", .keys(["id", "losses"]), checkRunTable),
    .init("tokenizer", .keys(["model"]), checkTokenizer),
    .init("training log", .keys(["step", "loss"]), checkTrainingLog),
    .init("cost log", .keys(["tool", "seconds"]), checkCostLog),
    .init(
      "mixtures", .keys(["id", "weights"], known: ["id", "weights", "source"]), checkMixtures),
    .init("questions", .keys(["task", "context"]), checkQuestions),
    .init("prompts and answers", .keys(["prompt", "answer"]), checkPairs),
    .init("corpus manifest", .keys(["format", "sources"]), checkCorpusManifest),
    .init("corpus", .keys(["text"]), checkCorpus),

    .init("domain table", .line(isDomainTable), checkDomainTable),
    .init("lineage table", .line(isLineageTable), checkLineageTable),
    .init("task table", .line(isTaskTable), checkTaskTable),
    .init("target table", .line(isTargetTable), checkTargetTable),
    .init("ranks", .line(isRank), checkTokenizer),
    .init("table of runs", .line(isTableOfRuns), checkTableOfRuns),
  ]
}
