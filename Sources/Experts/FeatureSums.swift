package import Formats
import Kernels
import Parallel

/// The losses of many mixtures of data experts on one evaluation set, document by document.
///
/// With S_i = Σ_{s<t} ℓ_i(s) inside the document, β-MDE has a numerator Σ_i λ_i exp(β S_i + ℓ_i)
/// and a denominator Σ_i λ_i exp(β S_i). Both are mixtures, so `MixtureKernel` computes both; for
/// β = 0 the denominator is 1. Memory does not grow with the set.
///
/// The error is that of `MixtureKernel`, and for β ≠ 0 twice that, as numerator and denominator
/// each have it. The exponents are in double: a sum over the n tokens before is exact to n · 2⁻⁵³
/// of it.
package struct FeatureSums: Sendable {
  package let betas: [Double]
  let experts: Int
  private let mixtureCount: Int
  private var documents = DocumentCounts()
  /// The groups of mixtures, which can be computed side by side.
  private(set) var groups: [MixtureGroup]

  /// Creates sums of no documents.
  ///
  /// - Parameter mixtures: The mixtures, at least one, each with a weight for each expert.
  package init(mixtures: [[Double]], betas: [Double] = [0]) {
    precondition(!mixtures.isEmpty)
    (self.betas, experts, mixtureCount) = (betas, mixtures[0].count, mixtures.count)
    groups = mixtures.indices.parts(of: MixtureGroup.size).map {
      MixtureGroup(mixtures[$0], betas: betas.count)
    }
  }

  /// Adds one document.
  ///
  /// - Parameters:
  ///   - logProbs: The log-probabilities of each token in nats, by expert.
  ///   - bytes: The length of its text in bytes.
  package mutating func add(_ logProbs: [ArraySlice<Float>], bytes: Int) {
    var prepared = PreparedDocuments(experts: experts, betas: betas)
    prepared.append(logProbs, bytes: bytes)
    documents.add(prepared.counts)
    for g in groups.indices { groups[g].add(prepared) }
  }

  /// Adds the sums of the groups in `range`, and the `counts` of their documents if there are any.
  mutating func add(_ partial: [MixtureGroup], at range: Range<Int>, counts: DocumentCounts?) {
    if let counts { documents.add(counts) }
    for (g, group) in zip(range, partial) { groups[g].add(group) }
  }

  /// The losses, by β, then by mixture.
  package var losses: [[LossSum]] {
    betas.indices.map { b in
      (0..<mixtureCount).map { m in
        let (group, rest) = m.quotientAndRemainder(dividingBy: MixtureGroup.size)
        let nats = groups[group].nats(rest, beta: b)
        return LossSum(
          documents, nats: nats.sum, squaredNats: nats.squares, natsTimesTokens: nats.timesTokens)
      }
    }
  }
}

/// A few dozen mixtures and their sums so far, which one thread computes with its cache warm.
struct MixtureGroup: Sendable {
  static let size = 4 * MixtureKernel.lanes

  let kernels: [MixtureKernel]
  /// The kernels two by two, the last maybe alone, where there are many experts; none of few.
  private let pairs: [KernelPair]
  /// The sums over documents, (β, kernels), by lane.
  private var sums: [Sums]

  /// The sums over documents of the nats, of their squares and of their products with the tokens.
  private struct Sums {
    var nats = SIMD16<Double>()
    var squares = SIMD16<Double>()
    var timesTokens = SIMD16<Double>()
  }

  init(_ mixtures: ArraySlice<[Double]>, betas: Int) {
    let kernels = mixtures.indices.parts(of: MixtureKernel.lanes).map {
      MixtureKernel(mixtures[$0])
    }
    self.kernels = kernels
    let isMany = kernels[0].weights.count > MixtureKernel.few
    pairs =
      isMany ? (0..<kernels.count / 2).map { KernelPair(kernels[2 * $0], kernels[2 * $0 + 1]) } : []
    sums = [Sums](repeating: Sums(), count: betas * kernels.count)
  }

  /// The group with the same mixtures, to which nothing was added yet.
  var zero: MixtureGroup {
    var group = self
    for k in sums.indices { group.sums[k] = Sums() }
    return group
  }

  mutating func add(_ other: MixtureGroup) {
    for k in sums.indices {
      sums[k].nats += other.sums[k].nats
      sums[k].squares += other.sums[k].squares
      sums[k].timesTokens += other.sums[k].timesTokens
    }
  }

  mutating func add(_ prepared: PreparedDocuments) {
    for (b, tiles) in prepared.tiles.enumerated() {
      for d in tiles.joint.documents.indices {
        let count = Double(tiles.joint.documents[d].count)
        for (k, nats) in nats(tiles, document: d).enumerated() {
          let at = b * kernels.count + k
          sums[at].nats += nats
          sums[at].squares += nats * nats
          sums[at].timesTokens += nats * count
        }
      }
    }
  }

  /// Returns the loss of a document in nats, by kernel and lane.
  func nats(_ tiles: PreparedDocuments.Tiles, document d: Int) -> [SIMD16<Double>] {
    func logs(_ tiles: TokenTiles) -> [SIMD16<Double>] {
      let document = tiles.documents[d]
      return logSums(document, tiles).map { $0 + document.peaks }
    }
    let joint = logs(tiles.joint)
    guard let evidence = tiles.evidence else { return joint.map { -$0 } }
    return zip(joint, logs(evidence)).map { -$0 + $1 }
  }

  private func logSums(
    _ document: TokenTiles.Document, _ tiles: TokenTiles
  ) -> [SIMD16<Double>] {
    if pairs.isEmpty { return kernels.map { $0.logSum(document, of: tiles) } }
    var sums = kernels.map { _ in LogSum() }
    for tokens in (0..<document.count).parts(of: KernelPair.tokens(of: tiles.experts)) {
      for (p, pair) in pairs.enumerated() {
        var (first, second) = (sums[2 * p], sums[2 * p + 1])
        pair.add(tokens, of: document, tiles, to: &first, &second)
        (sums[2 * p], sums[2 * p + 1]) = (first, second)
      }
      for k in 2 * pairs.count..<kernels.count {
        kernels[k].add(tokens, of: document, tiles, to: &sums[k])
      }
    }
    return sums.map(\.value)
  }

  func nats(
    _ mixture: Int, beta: Int
  ) -> (sum: Double, squares: Double, timesTokens: Double) {
    let (kernel, lane) = mixture.quotientAndRemainder(dividingBy: MixtureKernel.lanes)
    let sums = sums[beta * kernels.count + kernel]
    return (sums.nats[lane], sums.squares[lane], sums.timesTokens[lane])
  }
}

/// Documents in the tiles that `MixtureKernel` reads, for each β.
struct PreparedDocuments: Sendable {
  struct Tiles: Sendable {
    let beta: Double
    /// The exponents β S_i + ℓ_i of the numerator.
    var joint: TokenTiles
    /// The exponents β S_i of the denominator; nil for β = 0, where it is 1.
    var evidence: TokenTiles?
  }

  private(set) var tiles: [Tiles]
  private(set) var counts = DocumentCounts()

  init(experts: Int, betas: [Double]) {
    tiles = betas.map { beta in
      Tiles(
        beta: beta, joint: TokenTiles(experts: experts),
        evidence: beta == 0 ? nil : TokenTiles(experts: experts))
    }
  }

  mutating func append(_ logProbs: [ArraySlice<Float>], bytes: Int) {
    let tokens = logProbs[0].count
    precondition(logProbs.allSatisfy { $0.count == tokens })
    counts.add(tokens: tokens, bytes: bytes)
    if tokens == 0 { return }
    for b in tiles.indices {
      let beta = tiles[b].beta
      if beta == 0 {
        tiles[b].joint.append(logProbs)
        continue
      }
      let histories = logProbs.map { history($0, times: beta) }
      let joint = zip(histories, logProbs).map { zip($0, $1).map { $0 + Double($1) } }
      tiles[b].joint.append(joint.map { $0[...] })
      tiles[b].evidence?.append(histories.map { $0[...] })
    }
  }

  /// Whether the probabilities for one β take half a megabyte or more.
  var fillCache: Bool { (tiles.first?.joint.probabilities.count ?? 0) >= 1 << 17 }

  /// Removes the documents and keeps the memory.
  mutating func clear() {
    counts = DocumentCounts()
    for b in tiles.indices {
      tiles[b].joint.clear()
      tiles[b].evidence?.clear()
    }
  }

  /// Returns β Σ_{s<t} ℓ(s) for each token t.
  private func history(_ logProbs: ArraySlice<Float>, times beta: Double) -> [Double] {
    var sum = 0.0
    return logProbs.map { logProb in
      defer { sum += Double(logProb) }
      return beta * sum
    }
  }
}
