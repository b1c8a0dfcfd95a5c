import Formats
import Storage
import Streams

/// Reads every block of a token file; documents that are choices must be those of its questions.
func checkTokens(_ path: String) throws(FileError) {
  let file = try TokenFileReader(path)
  var documents = 0
  for index in 0..<file.blockCount { documents += try file.block(index).documentCount }
  try requireChoices(of: file.header.questions, documents: documents, path: path)
}

/// Reads every block of a file of log-probabilities, like `checkTokens`.
func checkLogProbs(_ path: String) throws(FileError) {
  let file = try LogProbFileReader(path)
  var documents = 0
  for index in 0..<file.blockCount { documents += try file.block(index).documentCount }
  try requireChoices(of: file.header.evaluation.questions, documents: documents, path: path)
  if let weights = file.header.model.weights {
    try requireMixture(weights, path: path, place: "header")
  }
}

private func requireChoices(
  of questions: QuestionGroups?, documents: Int, path: String
) throws(FileError) {
  guard let questions, questions.documents != documents else { return }
  throw .content(
    path: path,
    problem: "holds \(documents) documents, but its questions have \(questions.documents) choices")
}

/// The manifest of a domain: each split holds as much as its shards together.
func checkTokenManifest(_ path: String) throws(FileError) {
  let manifest = try TokenManifest(path)
  guard manifest.endOfText >= 0, Int(manifest.endOfText) < manifest.vocabulary else {
    throw .content(
      path: path,
      problem: "vocabulary \(manifest.vocabulary) and end of text \(manifest.endOfText) disagree")
  }
  for (name, split) in manifest.splits.sorted(by: { $0.key < $1.key }) {
    var sum = TokenManifest.Amount()
    for shard in split.shards {
      // Amounts that overflow are not what they sum to.
      sum.documents &+= shard.amount.documents
      sum.tokens &+= shard.amount.tokens
      sum.bytes &+= shard.amount.bytes
    }
    guard sum == split.amount else {
      throw .content(path: path, place: name, problem: "its amount is not that of its shards")
    }
  }
}

func checkFertility(_ path: String) throws(FileError) { _ = try FertilityFile(path) }

func checkOverlaps(_ path: String) throws(FileError) { _ = try OverlapFile(path) }

/// Reads every block of a part's record: each domain has as many documents as the header says.
func checkTokenPart(_ path: String) throws(FileError) {
  let record = try TokenPartReader(path)
  for (index, domain) in record.header.domains.enumerated() {
    var documents = 0
    for block in record.blocks(of: index) { documents += try record.block(block).count }
    guard documents == domain.documents else {
      throw .content(
        path: path,
        problem: "has \(documents) documents of \(domain.name), not the "
          + "\(domain.documents) of its header")
    }
  }
}

/// Reads every sequence of a stream.
func checkStream(_ path: String) throws(FileError) {
  let file = try StreamFile(path)
  try requireMixture(file.header.weights, path: path, place: "header")
  try file.skip(sequences: file.header.sequences)
  guard try file.isAtEnd else {
    throw .content(path: path, problem: "has more than the sequences of its header")
  }
}

/// The report of a stream, and that its files are there, as long as it says.
func checkStreamReport(_ path: String) throws(FileError) {
  let report = try StreamHeader(report: path)
  try requireMixture(report.weights, path: path)
  let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    .map { "\($0)/" }.joined()
  for file in report.files ?? [] {
    let size = try ReadableFile(folder + file.name).size
    guard size == file.bytes else {
      throw .content(
        path: folder + file.name, problem: "\(size) bytes, not the \(file.bytes) of \(path)")
    }
  }
}
