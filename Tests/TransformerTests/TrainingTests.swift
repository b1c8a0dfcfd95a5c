import Formats
import Foundation
import Kernels
import Storage
import Testing

@testable import Transformer

private let tiny = ModelConfig(
  vocabulary: 41, width: 24, layers: 2, heads: 4, keyHeads: 2, inner: 37, context: 11,
  tiesEmbeddings: true)

private func batch(_ sequences: Int, _ time: Int, vocabulary: Int) -> Batch {
  var random = RandomStream(seed: 2, purpose: "batch")
  var batch = Batch(sequences: sequences, time: time)
  for i in batch.tokens.indices {
    batch.tokens[i] = Int32(random.index(below: vocabulary))
    batch.targets[i] = Int32(random.index(below: vocabulary))
  }
  return batch
}

/// Takes steps on one batch; returns the losses and the parameters at the end.
private func train(
  steps: Int, threads: Int, precision: Precision, sequences: Int = 30, rate: Float = 1e-2,
  keeping kept: Kept = .activations
) -> (losses: [Double], parameters: [Float]) {
  let pool = WorkerPool(threads: threads)
  let parameters = Parameters(tiny, precision: precision, seed: 1, spread: 0.02, pool: pool)
  let activations = Activations(
    tiny, sequences: sequences, time: tiny.context, precision: precision, threads: threads,
    keeping: kept)
  let gradients = Gradients(parameters, activations)
  let optimizer = Optimizer(parameters, Optimizer.Options())
  let batch = batch(sequences, tiny.context, vocabulary: tiny.vocabulary)
  let losses = (1...steps).map { step in
    parameters.forward(batch, activations, pool)
    let count = batch.targets.count
    let loss =
      gradients.backward(batch, weight: 1 / Float(count), adding: false, pool) / Double(count)
    optimizer.step(
      step, rate: rate, gradients, norm: optimizer.norm(gradients, pool), pool)
    return loss
  }
  return (losses, (0..<parameters.layout.length).map { parameters.vector[0, $0] })
}

@Suite struct training {
  @Test(arguments: [Precision.float32, .bfloat16])
  func `every number of threads gives the same bits`(precision: Precision) {
    guard precision == .float32 || fastestPrecision() == precision else { return }
    let one = train(steps: 3, threads: 1, precision: precision)
    for threads in [2, 3] {
      let other = train(steps: 3, threads: threads, precision: precision)
      #expect(other.losses == one.losses && other.parameters == one.parameters)
    }
  }

  @Test(arguments: [Precision.float32, .bfloat16])
  func `activations computed again give the same bits`(precision: Precision) {
    guard precision == .float32 || fastestPrecision() == precision else { return }
    let kept = train(steps: 3, threads: 2, precision: precision)
    let again = train(steps: 3, threads: 2, precision: precision, keeping: .inputs)
    #expect(again.losses == kept.losses && again.parameters == kept.parameters)
  }

  @Test func `gradients of parts of a batch add up to that of the whole`() {
    let pool = WorkerPool(threads: 2)
    let parameters = Parameters(tiny, precision: .float32, seed: 1, spread: 0.3, pool: pool)
    let whole = batch(12, tiny.context, vocabulary: tiny.vocabulary)
    let weight = 1 / Float(whole.targets.count)
    func gradients(_ sequences: Int) -> (Gradients, Activations) {
      let activations = Activations(
        tiny, sequences: sequences, time: tiny.context, precision: .float32, threads: 2,
        keeping: .activations)
      return (Gradients(parameters, activations), activations)
    }
    let (expected, activations) = gradients(12)
    parameters.forward(whole, activations, pool)
    let loss = expected.backward(whole, weight: weight, adding: false, pool)
    let (found, smaller) = gradients(4)
    var total = 0.0
    for start in stride(from: 0, to: 12, by: 4) {
      var part = Batch(sequences: 4, time: tiny.context)
      let tokens = start * tiny.context..<(start + 4) * tiny.context
      part.tokens = Array(whole.tokens[tokens])
      part.targets = Array(whole.targets[tokens])
      parameters.forward(part, smaller, pool)
      total += found.backward(part, weight: weight, adding: start > 0, pool)
    }
    #expect(abs(total - loss) < 1e-4)
    for i in 0..<parameters.layout.length {
      let (a, b) = (found.vector[0, i], expected.vector[0, i])
      #expect(abs(a - b) < 1e-6 + 1e-4 * abs(b), "\(i): \(a), \(b)")
    }
  }

  @Test func `a tiny model learns one batch by heart`() {
    let run = train(steps: 150, threads: 2, precision: .float32, sequences: 2)
    #expect(abs(run.losses[0] - log(41.0)) < 0.1, "at first every token is as likely")
    #expect(run.losses[149] < 0.05)
  }

  @Test func `the learning rate rises, then falls to its floor`() {
    let schedule = Schedule(peak: 2, warmup: 4, steps: 20, floor: 0.1)
    #expect(schedule.rate(1) == 0.5)
    #expect(schedule.rate(4) == 2)
    #expect(abs(schedule.rate(12) - 1.1) < 1e-12)
    #expect(abs(schedule.rate(20) - 0.2) < 1e-12)
  }

  @Test func `shares of domains are exact to within one sequence`() {
    let weights = [0.5, 0.29, 0, 0.21]
    var schedule = DomainSchedule(weights)
    var counts = [0, 0, 0, 0]
    for n in 1...1000 {
      counts[schedule.next()] += 1
      for (count, weight) in zip(counts, weights) {
        #expect(abs(Double(count) - weight * Double(n)) <= 1)
      }
    }
    #expect(counts[2] == 0)
  }
}

/// A folder with one domain's token files, as the tokenizer leaves it; removed at the end.
final class TokenFolder {
  let path: String

  init(_ domain: String, documents: [[Int32]]) throws {
    path = NSTemporaryDirectory() + "tokens-\(UUID().uuidString)"
    try createFolder(path)
    let provenance = Provenance(format: TokenHeader.format, version: 1, tool: "test")
    var splits: [String: TokenManifest.Split] = [:]
    for split in ["train", "validation"] {
      let name = "\(split)-000.tok.zst"
      let header = TokenHeader(
        provenance: provenance, tokenizer: "t", vocabulary: 41, endOfText: 40, domain: domain,
        split: split)
      let file = try TokenFileWriter("\(path)/\(name)", header: header)
      var amount = TokenManifest.Amount()
      for document in documents {
        try file.append(document, bytes: document.count)
        amount.documents += 1
        amount.tokens += document.count
      }
      try file.commit()
      splits[split] = TokenManifest.Split(
        amount: amount,
        shards: [.init(name: name, sha256: try sha256(file: "\(path)/\(name)"), amount: amount)])
    }
    let manifest = TokenManifest(
      provenance: Provenance(format: TokenManifest.format, version: 1, tool: "test"),
      domain: domain, tokenizer: "t", vocabulary: 41, endOfText: 40, splits: splits,
      duplicates: nil)
    try replaceFile(path + "/manifest.json", bytes: JSON.encode(manifest))
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

@Suite struct data {
  @Test func `an epoch learns every token once, each document after an end of text`() throws {
    let documents: [[Int32]] = (0..<10).map { [Int32](repeating: $0, count: 6 + Int($0)) }
    let folder = try TokenFolder("A", documents: documents)
    let stream = try DomainStream(DomainFolder(folder.path), seed: 1)
    #expect(stream.available == 10 * 6 + 45 + 10)
    var text: [Int32] = []
    for _ in 0..<23 {  // of 5 tokens: one epoch
      var batch = Batch(sequences: 1, time: 5)
      try stream.next(into: &batch, at: 0)
      if text.isEmpty { text.append(batch.tokens[0]) }
      #expect(batch.tokens[0] == text[text.count - 1], "sequences overlap by one token")
      text += batch.targets
    }
    #expect(stream.epochs == 1 && stream.used == 115)
    let found = text.dropLast().split(separator: 40).map(Array.init)
    #expect(found.sorted { $0[0] < $1[0] } == documents)
    #expect(found != documents, "documents are shuffled")
  }

  @Test func `the order of a domain depends on its name and the seed`() throws {
    let documents: [[Int32]] = (0..<40).map { [$0, $0, $0] }
    func order(_ name: String, seed: UInt64) throws -> [Int32] {
      let folder = try TokenFolder(name, documents: documents)
      let stream = try DomainStream(DomainFolder(folder.path), seed: seed)
      var batch = Batch(sequences: 4, time: 20)
      for i in 0..<4 { try stream.next(into: &batch, at: i) }
      return batch.tokens
    }
    #expect(try order("A", seed: 1) == order("A", seed: 1))
    #expect(try order("A", seed: 1) != order("A", seed: 2))
    #expect(try order("A", seed: 1) != order("B", seed: 1))
  }

  @Test func `a domain without training tokens is refused by name`() throws {
    let folder = try TokenFolder("Empty", documents: [])
    #expect(throws: TrainingError.emptyDomain("Empty", path: folder.path + "/manifest.json")) {
      try DomainStream(DomainFolder(folder.path), seed: 1)
    }
  }
}

@Suite struct `models on disk` {
  private func folder() throws -> String {
    let path = NSTemporaryDirectory() + "model-\(UUID().uuidString)"
    try createFolder(path)
    return path
  }

  @Test(arguments: [true, false])
  func `a model that is written and read is the same`(tied: Bool) throws {
    let path = try folder()
    defer { try? FileManager.default.removeItem(atPath: path) }
    var config = tiny
    config.tiesEmbeddings = tied
    let model = Parameters(
      config, precision: .float32, seed: 3, spread: 0.1, pool: WorkerPool(threads: 1))
    try model.write(to: path)
    let read = try Parameters(folder: path, precision: .float32)
    #expect(read.config == config)
    for entry in model.layout.entries { #expect(read[entry] == model[entry], "\(entry.name)") }
  }

  @Test func `truncation and flipped bits are refused`() throws {
    let path = try folder()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let small = ModelConfig(
      vocabulary: 5, width: 4, layers: 1, heads: 1, keyHeads: 1, inner: 3, context: 4)
    try Parameters(small, precision: .float32, seed: 3, spread: 0.1, pool: WorkerPool(threads: 1))
      .write(to: path)
    let file = path + "/model.safetensors"
    let bytes = try readFile(file)
    let other = path + "/other.safetensors"
    for length in stride(from: 0, to: bytes.count, by: 37) {
      try Data(bytes[..<length]).write(to: URL(fileURLWithPath: other))
      #expect(throws: FileError.self) { try SafetensorsFile(other) }
    }
    let whole = try SafetensorsFile(file).entries
    for index in stride(from: 0, to: bytes.count, by: 13) {
      var flipped = bytes
      flipped[index] ^= 1 << UInt8(index % 8)
      try Data(flipped).write(to: URL(fileURLWithPath: other))
      // A flip in a name or in the padding leaves a valid file of other names, never other numbers.
      if let read = try? SafetensorsFile(other), read.entries == whole {
        #expect(index < bytes.count - whole.values.reduce(0) { $0 + 4 * $1.shape.reduce(1, *) })
      }
    }
  }

  @Test func `architectures that we do not compute are refused by name`() throws {
    let path = try folder()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let text = String(decoding: tiny.json, as: UTF8.self)
    for (from, to, named) in [
      ("\"silu\"", "\"gelu\"", "hidden_act gelu"), ("\"llama\"", "\"gpt2\"", "model_type gpt2"),
      ("\"mlp_bias\":false", "\"mlp_bias\":true", "mlp_bias"),
      ("\"num_key_value_heads\":2", "\"num_key_value_heads\":3", "3 key-value heads"),
      ("\"hidden_size\":24", "\"hidden_size\":-1", "hidden_size is -1"),
    ] {
      let changed = text.replacingOccurrences(of: from, with: to)
      try replaceFile(path + "/config.json", bytes: Array(changed.utf8))
      let error = #expect(throws: FileError.self) {
        try ModelConfig(file: path + "/config.json")
      }
      #expect(error?.message.contains(named) == true)
    }
  }
}

@Suite struct scoring {
  @Test(arguments: [(11, 1), (11, 2), (5, 2), (1, 1)])
  func `every token is scored once, from its window`(_ sizes: (stride: Int, threads: Int)) {
    let pool = WorkerPool(threads: sizes.threads)
    let parameters = Parameters(tiny, precision: .float32, seed: 5, spread: 0.3, pool: pool)
    var random = RandomStream(seed: 4, purpose: "documents")
    var block = TokenBlock()
    for length in [1, 0, 10, 11, 12, 40, 3] {
      block.append((0..<length).map { _ in Int32(random.index(below: 41)) }, bytes: length)
    }
    let scorer = Scorer(parameters, stride: sizes.stride, pool: pool)
    let values = scorer.logProbs(block, documents: block.documentCount, endOfText: 40)
    #expect(values.count == block.values.count)
    for document in 0..<block.documentCount {
      let text = [40] + block[document]
      for i in 1..<text.count {
        // The first window that reaches token i starts at a multiple of the stride.
        let start = max(0, (i - tiny.context + sizes.stride - 1) / sizes.stride * sizes.stride)
        let expected = logProb(of: text[i], after: Array(text[start..<i]), parameters, pool)
        let found = values[block.offsets[document] + i - 1]
        #expect(abs(found - expected) < 1e-4, "document \(document), token \(i)")
      }
    }
    let start = scorer.logProbs(block, documents: 3, endOfText: 40)
    #expect(start.count == block.offsets[3])
  }

  private func logProb(
    of token: Int32, after text: [Int32], _ parameters: Parameters, _ pool: WorkerPool
  ) -> Float {
    var batch = Batch(sequences: 1, time: text.count)
    batch.tokens = text
    batch.targets[text.count - 1] = token
    let activations = Activations(
      tiny, sequences: 1, time: text.count, precision: .float32, threads: pool.threads,
      keeping: .nothing)
    parameters.forward(batch, activations, scoring: true, pool)
    return -activations.loss(row: text.count - 1)
  }
}
