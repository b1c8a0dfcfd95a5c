import CLanes
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

  /// Forgets the documents, not the memory.
  mutating func clear() {
    documents.removeAll(keepingCapacity: true)
    probabilities.removeAll(keepingCapacity: true)
    logStarts.removeAll(keepingCapacity: true)
    logs.removeAll(keepingCapacity: true)
  }

  /// Appends a document: ℓ by expert, then by token.
  mutating func append<LogProb: TileScalar>(_ rows: [ArraySlice<LogProb>]) {
    let (count, width) = (rows[0].count, Self.width)
    let (first, start) = (logStarts.count, probabilities.count)
    let tiles = (count + width - 1) / width
    probabilities.append(contentsOf: repeatElement(0, count: tiles * experts * width))
    var peaks = 0.0
    unsafe withUnsafeTemporaryAllocation(of: SIMD16<Double>.self, capacity: experts) { tile in
      for number in 0..<tiles {
        for i in 0..<experts {
          unsafe tile[i] = rows[i].withUnsafeBufferPointer { row in
            unsafe lanes(of: row, from: number &* width)
          }
        }
        peaks += unsafe set(tile, at: start &+ number &* experts &* width)
      }
    }
    documents.append(Document(tile: first, count: count, peaks: peaks))
  }

  /// 16 values of `row` from `offset` on; 0 past its end.
  @inline(__always)
  private func lanes<LogProb: TileScalar>(
    of row: UnsafeBufferPointer<LogProb>, from offset: Int
  ) -> SIMD16<Double> {
    if offset &+ Self.width <= row.count {
      return unsafe LogProb.sixteen(at: row.baseAddress! + offset)
    }
    var lanes = SIMD16<Double>()
    for t in 0..<row.count - offset { unsafe lanes[t] = Double(row[offset + t]) }
    return lanes
  }

  /// Makes a tile of (experts, 16) log-probabilities relative to each token's largest, and sets the
  /// probabilities from index `start` on.
  ///
  /// - Returns: the sum of the largest.
  @inline(__always)
  private mutating func set(
    _ tile: UnsafeMutableBufferPointer<SIMD16<Double>>, at start: Int
  ) -> Double {
    var largest = unsafe tile[0]
    for i in 1..<max(1, experts) { largest = unsafe lanes_double_larger(largest, tile[i]) }
    let peaks = largest
    let least = unsafe probabilities.withUnsafeMutableBytes { bytes in
      var least = SIMD16<Double>()
      for i in 0..<experts {
        let relative = unsafe lanes_double_difference(tile[i], peaks)
        unsafe tile[i] = relative
        least = lanes_double_smaller(least, relative)
        unsafe bytes.storeBytes(
          of: lanes_relative_probability(relative, smallestLog),
          toByteOffset: 4 &* (start &+ i &* Self.width), as: SIMD16<Float>.self)
      }
      return least
    }
    let isFar = lanes_smallest(least) < smallestLog
    logStarts.append(isFar ? logs.count : -1)
    if isFar {
      for i in 0..<experts {
        for t in 0..<Self.width { unsafe logs.append(tile[i][t]) }
      }
    }
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

/// What log-probabilities come as.
protocol TileScalar: BinaryFloatingPoint {
  /// 16 of them from `place` on, in double.
  static func sixteen(at place: UnsafePointer<Self>) -> SIMD16<Double>
}

extension Float: TileScalar {
  @inline(__always)
  static func sixteen(at place: UnsafePointer<Float>) -> SIMD16<Double> {
    unsafe lanes_doubled(UnsafeRawPointer(place).loadUnaligned(as: SIMD16<Float>.self))
  }
}

extension Double: TileScalar {
  @inline(__always)
  static func sixteen(at place: UnsafePointer<Double>) -> SIMD16<Double> {
    unsafe UnsafeRawPointer(place).loadUnaligned(as: SIMD16<Double>.self)
  }
}

/// Of 2⁻¹²⁶, the smallest normal Float, or a little more.
private let smallestLog = -87.33

extension SIMD16<Double> {
  /// In pairs.
  func sum() -> Double {
    let eight = lowHalf + highHalf
    let four = eight.lowHalf + eight.highHalf
    let two = four.lowHalf + four.highHalf
    return two.x + two.y
  }
}
