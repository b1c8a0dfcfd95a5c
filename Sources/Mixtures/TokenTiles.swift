import Glibc

/// Tokens of many documents, ready for `MixtureKernel`: probabilities in tiles of 16 tokens.
///
/// A document starts a new tile. Tokens that fill up its last tile have probability 1 by every expert.
struct TokenTiles: Sendable {
  static let width = 16

  /// A document in the tiles.
  struct Document: Sendable {
    let tile: Int
    /// Tokens.
    let count: Int
    /// Σ_t max_i ℓ_i(t).
    let peaks: Double
  }

  let experts: Int
  private(set) var documents: [Document] = []
  /// (tiles, experts, 16): exp(ℓ_i(t) − max_j ℓ_j(t)); 0 below 2⁻¹²⁶.
  private(set) var probabilities: [Float] = []
  /// By tile: where its logarithms begin in `logs`; −1 where the probabilities say all.
  private var logStarts: [Int] = []
  /// (experts, 16) of each tile with a probability of 0: ℓ_i(t) − max_j ℓ_j(t).
  private var logs: [Double] = []

  init(experts: Int) { self.experts = experts }

  mutating func reserve(tokens: Int, documents count: Int) {
    documents.reserveCapacity(count)
    probabilities.reserveCapacity((tokens + count * Self.width) * experts)
  }

  /// Appends a document: ℓ by expert, then by token.
  mutating func append<LogProb: BinaryFloatingPoint>(_ rows: [ArraySlice<LogProb>]) {
    let (count, first) = (rows[0].count, logStarts.count)
    var peaks = 0.0
    unsafe withUnsafeTemporaryAllocation(of: Double.self, capacity: experts * Self.width) { tile in
      for start in stride(from: 0, to: count, by: Self.width) {
        let tokens = start..<min(count, start + Self.width)
        if tokens.count < Self.width { unsafe tile.initialize(repeating: 0) }
        for i in 0..<experts {
          unsafe rows[i].withUnsafeBufferPointer { row in
            for t in 0..<tokens.count {
              unsafe tile[i &* Self.width &+ t] = Double(row[tokens.lowerBound &+ t])
            }
          }
        }
        peaks += unsafe append(tile)
      }
    }
    documents.append(Document(tile: first, count: count, peaks: peaks))
  }

  /// Appends a tile of (experts, 16) log-probabilities, which become relative to each token's largest.
  ///
  /// - Returns: the sum of the largest.
  private mutating func append(_ tile: UnsafeMutableBufferPointer<Double>) -> Double {
    let width = Self.width
    var peaks = SIMD16<Double>(repeating: -.infinity)
    for i in 0..<experts {
      let row = unsafe UnsafeRawPointer(tile.baseAddress! + i * width)
        .loadUnaligned(as: SIMD16<Double>.self)
      peaks.replace(with: row, where: row .> peaks)
    }
    var least = SIMD16<Double>()
    let start = probabilities.count
    probabilities.append(contentsOf: repeatElement(0, count: experts * width))
    unsafe probabilities.withUnsafeMutableBufferPointer { probabilities in
      unsafe withUnsafeTemporaryAllocation(of: Double.self, capacity: width) { wide in
        for i in 0..<experts {
          let row = unsafe UnsafeMutableRawPointer(tile.baseAddress! + i * width)
          let relative = unsafe row.loadUnaligned(as: SIMD16<Double>.self) - peaks
          unsafe row.storeBytes(of: relative, as: SIMD16<Double>.self)
          least.replace(with: relative, where: relative .< least)
          unsafe UnsafeMutableRawPointer(wide.baseAddress!)
            .storeBytes(of: relativeProbability(relative), as: SIMD16<Double>.self)
          for t in 0..<width { unsafe probabilities[start &+ i &* width &+ t] = Float(wide[t]) }
        }
      }
    }
    let isFar = least.min() < smallestLog
    logStarts.append(isFar ? logs.count : -1)
    if isFar { unsafe logs.append(contentsOf: tile) }
    return peaks.sum()
  }

  func relativeLogs(_ document: Document, _ t: Int) -> [Double] {
    let (tile, lane) = (document.tile + t / Self.width, t % Self.width)
    return (0..<experts).map { i in
      logStarts[tile] < 0
        ? log(Double(probabilities[(tile * experts + i) * Self.width + lane]))
        : logs[logStarts[tile] + i * Self.width + lane]
    }
  }
}

/// Of 2⁻¹²⁶, the smallest normal Float, or a little more.
private let smallestLog = -87.33

/// e^x for x ≤ 0, to 10⁻⁸ of it; 0 below 2⁻¹²⁶.
///
/// x = n log 2 + r with |r| ≤ log 2 / 2, and e^r is the polynomial of Cephes' `expf`, in double so that
/// nothing is lost where x is large. Adding 1.5·2⁵² leaves n in the low bits of a Double, from where it
/// is shifted into the exponent.
/// Source: Moshier, Cephes Mathematical Library, single/expf.c.
@inline(__always)
private func relativeProbability(_ x: SIMD16<Double>) -> SIMD16<Double> {
  typealias Wide = SIMD16<Double>
  let bounded = x.replacing(with: smallestLog, where: x .< smallestLog)
  let magic = Wide(repeating: 0x1.8p52)
  let shifted = magic.addingProduct(bounded, 1.442_695_040_888_963_4)
  let n = shifted - magic
  let r = bounded.addingProduct(n, -0.693_147_180_559_945_3)
  var p = Wide(repeating: 1.987_569_2e-4)
  p = Wide(repeating: 1.398_199_9e-3).addingProduct(p, r)
  p = Wide(repeating: 8.333_452e-3).addingProduct(p, r)
  p = Wide(repeating: 4.166_579_6e-2).addingProduct(p, r)
  p = Wide(repeating: 0.166_666_66).addingProduct(p, r)
  p = Wide(repeating: 0.5).addingProduct(p, r)
  p = (r + 1).addingProduct(p, r * r)
  let exponent = unsafe unsafeBitCast(shifted, to: SIMD16<Int64>.self) &<< 52
  let bits = unsafe unsafeBitCast(p, to: SIMD16<Int64>.self) &+ exponent
  let scaled = unsafe unsafeBitCast(bits, to: Wide.self)
  return scaled.replacing(with: 0, where: x .< smallestLog)
}

extension SIMD16<Double> {
  /// In pairs.
  func sum() -> Double {
    let eight = lowHalf + highHalf
    let four = eight.lowHalf + eight.highHalf
    let two = four.lowHalf + four.highHalf
    return two.x + two.y
  }
}
