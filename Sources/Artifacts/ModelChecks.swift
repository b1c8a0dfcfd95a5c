import Formats
import Storage
import Tokenization

func checkModelConfig(_ path: String) throws(FileError) { _ = try ModelConfig(file: path) }

/// A `tokenizer.json` or a rank file: it must be one that can encode.
func checkTokenizer(_ path: String) throws(FileError) {
  let file = try TokenizerFile(path)
  do { _ = try Tokenizer(file) } catch {
    if let error = error as? FileError { throw error }
    let problem = (error as? any ReportableError)?.message ?? "\(error)"
    throw .content(path: path, problem: problem)
  }
}

/// Tensors that fill the file, with the digest that it states and only finite values.
func checkSafetensors(_ path: String) throws(FileError) {
  let file = try SafetensorsFile(path)
  for (name, entry) in file.entries.sorted(by: { $0.key < $1.key }) {
    _ = try file.floats(name, shape: entry.shape)
  }
}

func checkWeightsIndex(_ path: String) throws(FileError) {
  let names = try ModelWeights.fileNames(index: path)
  if names.isEmpty { throw .content(path: path, place: "weight_map", problem: "is empty") }
}

/// The record of a training run: a mixture, and amounts and losses of its domains.
func checkRunRecord(_ path: String) throws(FileError) {
  let record = try RunRecord(file: path)
  try requireMixture(record.weights, path: path)
  for domain in record.tokens.keys.sorted() where record.weights[domain] == nil {
    throw .content(path: path, place: "tokens", problem: "\(domain) has no weight")
  }
  guard record.tokens.keys.sorted() == record.epochs.keys.sorted() else {
    throw .content(path: path, problem: "its tokens and epochs are of different domains")
  }
  guard record.pool?.keys.sorted() ?? record.tokens.keys.sorted() == record.tokens.keys.sorted(),
    record.pool?.values.allSatisfy({ $0 > 0 }) ?? true
  else { throw .content(path: path, place: "pool", problem: "is not of the domains learned") }
  guard record.steps >= 0, record.parameters ?? 1 > 0,
    record.tokens.values.allSatisfy({ $0 >= 0 }), record.epochs.values.allSatisfy({ $0 >= 0 })
  else { throw .content(path: path, problem: "has an amount below 0") }
  guard record.steps > 0 || record.tokens.values.allSatisfy({ $0 == 0 }) else {
    throw .content(path: path, problem: "learned tokens in no steps")
  }
  try requireLosses(
    record.validationLosses.merging(["training": record.trainingLoss ?? 0]) { $1 }, path: path)
}

func checkTrainingLog(_ path: String) throws(FileError) {
  let reader = try LineReader(path)
  var lines: [ArraySlice<UInt8>] = []
  while let line = try reader.next() { lines.append(line.bytes) }
  let steps = try TrainingStep.log(lines, path: path)
  for (before, step) in zip(steps, steps.dropFirst()) where step.tokens <= before.tokens {
    throw .content(path: path, place: "line \(step.step)", problem: "no token was learned")
  }
  for step in steps {
    try requireLosses(
      (step.validation ?? [:]).merging(["batch": step.loss]) { $1 }, path: path,
      place: "line \(step.step)")
  }
}

/// A resume point: a log of its steps, then three vectors in blocks, all values finite.
func checkResumePoint(_ path: String) throws(FileError) {
  let file = try FramedReader(path)
  let header = try ResumeHeader(file)
  try requireMixture(header.weights, path: path, place: "header")
  guard file.blockCount > 1 else { throw .content(path: path, problem: "blocks are missing") }
  let steps = try TrainingStep.log(
    file.block(0).split(separator: UInt8(ascii: "\n")), path: path, place: "log")
  guard steps.count == header.step else {
    throw .content(
      path: path, place: "log", problem: "has \(steps.count) steps, the header \(header.step)")
  }
  var values = 0
  for index in 1..<file.blockCount {
    let bytes = try file.block(index)
    var reader = ByteReader(bytes)
    guard let block = reader.array(of: Float.self, count: bytes.count / 4),
      reader.remaining == 0, block.allSatisfy(\.isFinite)
    else {
      throw .content(path: path, place: "block \(index)", problem: "its values are no numbers")
    }
    values += block.count
  }
  guard header.length > 0, values % 3 == 0, values / 3 == header.length else {
    throw .content(path: path, problem: "holds \(values) values for vectors of \(header.length)")
  }
}
