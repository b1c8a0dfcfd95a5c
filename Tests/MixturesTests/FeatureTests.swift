import Experts
import Formats
import Foundation
import Mixtures
import Parallel
import Testing

/// Log-probabilities of `experts` for documents of the given lengths, from `least` to nearly 0.
func randomDocuments(
  experts: Int, lengths: [Int], least: Double = -50, seed: UInt64
) -> [[[Float]]] {
  var random = RandomStream(seed: seed, purpose: "documents test")
  return lengths.map { length in
    (0..<experts).map { _ in
      (0..<length).map { _ in Float(pow(random.unit(), 4) * least) - 1e-3 }
    }
  }
}

private func sums(
  _ documents: [[[Float]]], mixtures: [[Double]], betas: [Double] = [0]
) -> FeatureSums {
  var sums = FeatureSums(mixtures: mixtures, betas: betas)
  for document in documents { sums.add(document.map { $0[...] }, bytes: 3 * document[0].count) }
  return sums
}

struct FeatureTests {
  /// Log-probabilities go down to −50 or −1500, weights to exactly 0; the bound is
  /// `MixtureKernel`'s, for the one or two mixtures that β takes, and for tokens rounded up to four
  /// in each document.
  @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8, 9, 33, 64, 65, 200], [0.0, 0.1, 1.0])
  func `fast losses are within the stated bound of the reference`(experts: Int, beta: Double) {
    for least in [-50, -1500.0] { expectBound(experts: experts, beta: beta, least: least) }
  }

  private func expectBound(experts: Int, beta: Double, least: Double) {
    let documents = randomDocuments(
      experts: experts, lengths: [1, 3, 4, 65, 130], least: least, seed: 1)
    var random = RandomStream(seed: 2, purpose: "mixtures test")
    var mixtures = (0..<17).map { _ in
      dirichlet([Double](repeating: 0.3, count: experts), using: &random)
    }
    mixtures += (0..<min(20, experts)).map { i in (0..<experts).map { $0 == i ? 1 : 0 } }
    mixtures.append((0..<experts).map { $0 == 0 ? 1e-40 : 1 / Double(max(1, experts - 1)) })
    if experts == 1 { mixtures.removeLast() }
    let fast = sums(documents, mixtures: mixtures, betas: [beta]).losses[0]
    for (mixture, loss) in zip(mixtures, fast) {
      let nats = documents.reduce(0.0) {
        $0 + referenceDocumentLoss($1, weights: mixture, beta: beta)
      }
      let roundings = experts > 64 ? 64 + (experts + 63) / 64 + 5 : experts + 5
      let bound = Double(roundings) * 0x1p-24 * Double(4 + 4 + 4 + 68 + 132)
      // In double: of a sum of 130 tokens and, with β, of all sums before it.
      let rounding = 1e-11 + 0x1p-46 * (nats - beta * 130 * 130 * least)
      #expect(abs(loss.nats - nats) <= (beta == 0 ? 1 : 2) * bound + rounding, "\(mixture)")
    }
  }

  @Test func `a thousand experts, most without weight, are within the bound too`() {
    let documents = randomDocuments(experts: 1024, lengths: [35], seed: 6)
    var random = RandomStream(seed: 7, purpose: "mixtures test")
    let mixtures = (0..<40).map { m in
      // The first 32 share no expert but the first with the others.
      let some = dirichlet([Double](repeating: 0.3, count: 16), using: &random)
      let all = dirichlet([Double](repeating: 0.3, count: 1024), using: &random)
      return m < 32 ? some + [Double](repeating: 0, count: 1008) : all
    }
    for (mixture, loss) in zip(mixtures, sums(documents, mixtures: mixtures).losses[0]) {
      let nats = referenceDocumentLoss(documents[0], weights: mixture, beta: 0)
      #expect(abs(loss.nats - nats) <= 85 * 0x1p-24 * 36 + 1e-11)
    }
  }

  @Test func `one expert of weight 1 gives its own loss`() {
    let documents = randomDocuments(experts: 3, lengths: [10, 20, 2500], seed: 3)
    let loss = sums(documents, mixtures: [[0, 1, 0]], betas: [0, 0.5, 1])
    let own = documents.reduce(0.0) { $0 - $1[1].reduce(0.0) { $0 + Double($1) } } / 2530
    for b in 0..<3 { #expect(abs(loss.losses[b][0].mean - own) < 1e-6) }
  }

  @Test func `tokens that single precision cannot hold are computed in double`() {
    // The only expert with weight gives e⁻⁵⁰, then e⁻⁹⁰⁰ of what the other does.
    for gap in [50.0, 80, 100, 900] {
      let document: [[Float]] = [
        [Float](repeating: -0.5, count: 150), [Float](repeating: Float(-0.5 - gap), count: 150),
      ]
      let loss = sums([document], mixtures: [[0, 1], [1, 0], [1e-30, 1]]).losses[0]
      #expect(abs(loss[0].mean - (0.5 + gap)) < 1e-6)
      #expect(abs(loss[1].mean - 0.5) < 1e-6)
      let mixed = 0.5 - log(1e-30 + exp(-gap))
      #expect(abs(loss[2].mean - mixed) < 1e-6)
    }
  }

  @Test func `permuting experts and their weights changes nothing`() {
    let documents = randomDocuments(experts: 4, lengths: [100, 7], seed: 4)
    let order = [2, 0, 3, 1]
    let mixture = [0.1, 0.2, 0.3, 0.4]
    let a = sums(documents, mixtures: [mixture]).losses[0][0]
    let b = sums(
      documents.map { document in order.map { document[$0] } },
      mixtures: [order.map { mixture[$0] }]
    ).losses[0][0]
    #expect(abs(a.mean - b.mean) < 1e-6)
  }

  @Test func `beta of 1 is the Bayes mixture over whole documents`() {
    let documents = randomDocuments(experts: 3, lengths: [5, 300], seed: 5)
    let mixture = [0.2, 0.5, 0.3]
    let bayes = documents.reduce(0.0) { total, document in
      total
        - mixtureLogProb(
          document.map { $0.reduce(0.0) { $0 + Double($1) } }, weights: mixture)
    }
    let loss = sums(documents, mixtures: [mixture], betas: [1]).losses[0][0]
    #expect(abs(loss.nats - bayes) < 1e-6 * 305)
  }

  @Test func `standard errors are those of the ratio estimator`() throws {
    var loss = LossSum()
    let documents = [(10.0, 4), (20.0, 5), (9.0, 6), (31.0, 9)]
    for (nats, tokens) in documents { loss.add(nats: nats, tokens: tokens, bytes: 2 * tokens) }
    loss.add(nats: 0, tokens: 0, bytes: 3)
    let ratio = 70.0 / 24
    let squares = documents.reduce(0.0) { $0 + pow($1.0 - ratio * Double($1.1), 2) }
    let error = try #require(loss.standardError)
    #expect(abs(error - (squares * 4 / 3).squareRoot() / 24) < 1e-12)
    #expect(loss.documents == 4 && loss.bytes == 51)
    #expect(abs(loss.bitsPerByte - 70 / log(2) / 51) < 1e-12)
    var one = LossSum()
    one.add(nats: 1, tokens: 2, bytes: 3)
    #expect(one.standardError == nil)
  }
}
