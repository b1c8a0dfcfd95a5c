import CLanes
import Glibc

/// The tokens of many documents, ready for `MixtureKernel`: probabilities in tiles of 16 tokens.
///
/// A document starts a new tile. Tokens that fill up its last tile have probability 1 by all
/// experts.
struct TokenTiles: Sendable {
  static let width = 16

  /// A document in the tiles.
  struct Document: Sendable {
    /// The index of its first tile.
    let tile: Int
    /// The number of its tokens.
    let count: Int
    /// The sum Σ_t max_i ℓ_i(t).
    let peaks: Double
  }

  let experts: Int
  private(set) var documents: [Document] = []
  /// The relative probabilities exp(ℓ_i(t) − max_j ℓ_j(t)), (tiles, experts, 16).
  ///
  /// One below 2⁻¹²⁶ is 0.
  private(set) var probabilities: [Float] = []
  /// The index in `logs` of each tile's logarithms; −1 if no probability of the tile is 0.
  private var logStarts: [Int] = []
  /// The logarithms ℓ_i(t) − max_j ℓ_j(t), (experts, 16) for each tile with a probability of 0.
  private var logs: [Double] = []

  init(experts: Int) { self.experts = experts }

  /// Removes the documents and keeps the memory.
  mutating func clear() {
    documents.removeAll(keepingCapacity: true)
    probabilities.removeAll(keepingCapacity: true)
    logStarts.removeAll(keepingCapacity: true)
    logs.removeAll(keepingCapacity: true)
  }

  /// Appends a document.
  ///
  /// - Parameter rows: The log-probabilities ℓ in nats, by expert, then by token.
  mutating func append<LogProb: TileScalar>(_ rows: [ArraySlice<LogProb>]) {
    let (count, width) = (rows[0].count, Self.width)
    let tiles = (count + width - 1) / width
    let (first, start) = (logStarts.count, probabilities.count)
    makeRoom(tiles: tiles)
    var peaks = SIMD16<Double>()
    unsafe withUnsafeTemporaryAllocation(of: SIMD16<LogProb>.self, capacity: 2 * tiles) { ends in
      let largest = unsafe UnsafeMutableBufferPointer(rebasing: ends[..<tiles])
      let smallest = unsafe UnsafeMutableBufferPointer(rebasing: ends[tiles...])
      unsafe Self.findEnds(of: rows, largest, smallest)
      for (i, row) in rows.enumerated() {
        unsafe set(row, expert: i, peaks: largest, at: start)
      }
      for tile in 0..<tiles {
        let far = unsafe LogProb.difference(smallest[tile], largest[tile])
        logStarts.append(lanes_any_below(far, smallestLog) ? logs.count : -1)
        if logStarts[first + tile] >= 0 {
          unsafe appendLogs(rows, tile: tile, peaks: largest[tile])
        }
        peaks = unsafe LogProb.sum(peaks, largest[tile])
      }
    }
    documents.append(Document(tile: first, count: count, peaks: peaks.sum()))
  }

  private mutating func makeRoom(tiles: Int) {
    let values = tiles * experts * Self.width
    probabilities.append(contentsOf: repeatElement(0, count: values))
  }

  /// Finds each token's largest and smallest ℓ; 0 for the tokens that fill up the last tile.
  ///
  /// Both are overwritten.
  private static func findEnds<LogProb: TileScalar>(
    of rows: [ArraySlice<LogProb>], _ largest: UnsafeMutableBufferPointer<SIMD16<LogProb>>,
    _ smallest: UnsafeMutableBufferPointer<SIMD16<LogProb>>
  ) {
    for (i, row) in rows.enumerated() {
      unsafe row.withUnsafeBufferPointer { row in
        for tile in 0..<largest.count {
          let lanes = unsafe lanes(of: row, tile)
          let isFirst = i == 0
          unsafe largest[tile] = isFirst ? lanes : LogProb.larger(largest[tile], lanes)
          unsafe smallest[tile] = isFirst ? lanes : LogProb.smaller(smallest[tile], lanes)
        }
      }
    }
  }

  /// Sets one expert's probabilities in the tiles from index `start` on.
  private mutating func set<LogProb: TileScalar>(
    _ row: ArraySlice<LogProb>, expert: Int, peaks: UnsafeMutableBufferPointer<SIMD16<LogProb>>,
    at start: Int
  ) {
    let size = experts * Self.width * 4
    unsafe probabilities.withUnsafeMutableBytes { bytes in
      unsafe row.withUnsafeBufferPointer { row in
        var place = start * 4 + expert * Self.width * 4
        for tile in 0..<peaks.count {
          let relative = unsafe LogProb.relativeProbability(Self.lanes(of: row, tile), peaks[tile])
          unsafe bytes.storeBytes(of: relative, toByteOffset: place, as: SIMD16<Float>.self)
          place &+= size
        }
      }
    }
  }

  /// Appends the logarithms of the relative probabilities in a tile.
  private mutating func appendLogs<LogProb: TileScalar>(
    _ rows: [ArraySlice<LogProb>], tile: Int, peaks: SIMD16<LogProb>
  ) {
    for row in rows {
      let lanes = unsafe row.withUnsafeBufferPointer { unsafe Self.lanes(of: $0, tile) }
      for t in 0..<Self.width { logs.append(Double(lanes[t]) - Double(peaks[t])) }
    }
  }

  /// Returns the values of `row` in a tile, with 0 past its end.
  @inline(__always)
  private static func lanes<LogProb: TileScalar>(
    of row: UnsafeBufferPointer<LogProb>, _ tile: Int
  ) -> SIMD16<LogProb> {
    let offset = tile &* width
    if offset &+ width <= row.count {
      return unsafe UnsafeRawPointer(row.baseAddress! + offset).loadUnaligned(
        as: SIMD16<LogProb>.self)
    }
    var lanes = SIMD16<LogProb>()
    for t in 0..<row.count - offset { unsafe lanes[t] = row[offset + t] }
    return lanes
  }

  /// Returns ℓ_i(t) − max_j ℓ_j(t) by expert, for token `t` of a document.
  func relativeLogs(_ document: Document, _ t: Int) -> [Double] {
    let (tile, lane) = (document.tile + t / Self.width, t % Self.width)
    return (0..<experts).map { i in
      logStarts[tile] < 0
        ? log(Double(probabilities[(tile * experts + i) * Self.width + lane]))
        : logs[logStarts[tile] + i * Self.width + lane]
    }
  }
}

/// A type of log-probabilities: Float as in a file, or Double where a history is added to them.
protocol TileScalar: BinaryFloatingPoint, SIMDScalar, Codable {
  static func larger(_ a: SIMD16<Self>, _ b: SIMD16<Self>) -> SIMD16<Self>
  static func smaller(_ a: SIMD16<Self>, _ b: SIMD16<Self>) -> SIMD16<Self>
  static func difference(_ a: SIMD16<Self>, _ b: SIMD16<Self>) -> SIMD16<Float>
  /// Returns `exp(a − peak)` for values `a` that are at most `peak`, and peaks that are at most 0.
  static func relativeProbability(_ a: SIMD16<Self>, _ peak: SIMD16<Self>) -> SIMD16<Float>
  static func sum(_ a: SIMD16<Double>, _ b: SIMD16<Self>) -> SIMD16<Double>
}

extension Float: TileScalar {
  @inline(__always) static func larger(_ a: SIMD16<Float>, _ b: SIMD16<Float>) -> SIMD16<Float> {
    lanes_larger(a, b)
  }
  @inline(__always) static func smaller(_ a: SIMD16<Float>, _ b: SIMD16<Float>) -> SIMD16<Float> {
    lanes_smaller(a, b)
  }
  @inline(__always)
  static func difference(_ a: SIMD16<Float>, _ b: SIMD16<Float>) -> SIMD16<Float> {
    lanes_difference(a, b)
  }
  @inline(__always)
  static func relativeProbability(_ a: SIMD16<Float>, _ peak: SIMD16<Float>) -> SIMD16<Float> {
    lanes_relative_probability(a, peak, smallestLog)
  }
  @inline(__always) static func sum(_ a: SIMD16<Double>, _ b: SIMD16<Float>) -> SIMD16<Double> {
    lanes_double_sum(a, b)
  }
}

extension Double: TileScalar {
  @inline(__always) static func larger(_ a: SIMD16<Double>, _ b: SIMD16<Double>) -> SIMD16<Double> {
    lanes_double_larger(a, b)
  }
  @inline(__always)
  static func smaller(_ a: SIMD16<Double>, _ b: SIMD16<Double>) -> SIMD16<Double> {
    lanes_double_smaller(a, b)
  }
  @inline(__always)
  static func difference(_ a: SIMD16<Double>, _ b: SIMD16<Double>) -> SIMD16<Float> {
    lanes_double_difference(a, b)
  }
  @inline(__always)
  static func relativeProbability(_ a: SIMD16<Double>, _ peak: SIMD16<Double>) -> SIMD16<Float> {
    lanes_double_relative_probability(a, peak, smallestLog)
  }
  @inline(__always) static func sum(_ a: SIMD16<Double>, _ b: SIMD16<Double>) -> SIMD16<Double> {
    a + b
  }
}

/// The logarithm of 2⁻¹²⁶, the smallest normal Float, or a little more.
private let smallestLog: Float = -87.33

extension SIMD16<Double> {
  /// Returns the sum of the lanes, which are added in pairs.
  func sum() -> Double {
    let eight = lowHalf + highHalf
    let four = eight.lowHalf + eight.highHalf
    let two = four.lowHalf + four.highHalf
    return two.x + two.y
  }
}
