import Formats
import Kernels
import Parallel

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

  /// Adds documents to the sums of all groups.
  static func add(_ prepared: PreparedDocuments, to groups: inout [MixtureGroup]) {
    for (b, tiles) in prepared.tiles.enumerated() {
      for d in tiles.joint.documents.indices {
        let count = Double(tiles.joint.documents[d].count)
        for (g, nats) in nats(tiles, document: d, by: groups).enumerated() {
          for (k, nats) in nats.enumerated() {
            let at = b * groups[g].kernels.count + k
            groups[g].sums[at].nats += nats
            groups[g].sums[at].squares += nats * nats
            groups[g].sums[at].timesTokens += nats * count
          }
        }
      }
    }
  }

  /// Returns the loss of a document in nats, by kernel and lane.
  func nats(_ tiles: PreparedDocuments.Tiles, document d: Int) -> [SIMD16<Double>] {
    Self.nats(tiles, document: d, by: [self])[0]
  }

  private static func nats(
    _ tiles: PreparedDocuments.Tiles, document d: Int, by groups: [MixtureGroup]
  ) -> [[SIMD16<Double>]] {
    func logs(_ tiles: TokenTiles) -> [[SIMD16<Double>]] {
      let document = tiles.documents[d]
      return logSums(document, tiles, groups).map { $0.map { $0 + document.peaks } }
    }
    let joint = logs(tiles.joint)
    guard let evidence = tiles.evidence else { return joint.map { $0.map { -$0 } } }
    return zip(joint, logs(evidence)).map { zip($0, $1).map { -$0 + $1 } }
  }

  private static func logSums(
    _ document: TokenTiles.Document, _ tiles: TokenTiles, _ groups: [MixtureGroup]
  ) -> [[SIMD16<Double>]] {
    guard groups.contains(where: { !$0.pairs.isEmpty }) else {
      return groups.map { $0.kernels.map { $0.logSum(document, of: tiles) } }
    }
    var sums = groups.map { $0.kernels.map { _ in LogSum() } }
    let step = KernelPair.tokens(of: tiles.experts)
    for g in groups.indices {
      for tokens in (0..<document.count).parts(of: step) {
        groups[g].add(tokens, of: document, tiles, to: &sums[g])
      }
    }
    return sums.map { $0.map(\.value) }
  }

  /// Adds the logarithms of a few tokens to the sums, by kernel.
  private func add(
    _ tokens: Range<Int>, of document: TokenTiles.Document, _ tiles: TokenTiles,
    to sums: inout [LogSum]
  ) {
    for (p, pair) in pairs.enumerated() {
      var (first, second) = (sums[2 * p], sums[2 * p + 1])
      pair.add(tokens, of: document, tiles, to: &first, &second)
      (sums[2 * p], sums[2 * p + 1]) = (first, second)
    }
    for k in 2 * pairs.count..<kernels.count {
      kernels[k].add(tokens, of: document, tiles, to: &sums[k])
    }
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
