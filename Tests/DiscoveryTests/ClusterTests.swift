import Parallel
import TestSupport
import Testing

@testable import Discovery

struct ClusterTests {
  private let pool = WorkerPool(threads: 2)

  /// Unit vectors around three directions, of which the first has most.
  private func places(_ count: Int) -> FloatRows {
    var random = TestBits(seed: 7)
    let rows = FloatRows(rows: count, columns: 5)
    for r in 0..<count {
      let kind = r % 10 < 6 ? 0 : r % 10 < 9 ? 1 : 2
      for c in 0..<5 {
        rows[r, c] = Float(random.index(below: 1000)) / 1500 + (c == kind ? 2 : 0)
      }
    }
    rows.normalize()
    return rows
  }

  @Test func `a group is named after its largest domain, one alone has no name`() {
    let domains = [(name: "a", bytes: 5), (name: "b", bytes: 9), (name: "c", bytes: 7)]
    #expect(groupNames([0, 1, 0], of: domains) == ["like-c", nil, "like-c"])
    #expect(groupNames([1, 1, 1], of: domains) == ["like-b", "like-b", "like-b"])
  }

  /// Lloyd's iterations by their definition.
  private func naive(_ places: FloatRows, from start: [Int]) -> [Int] {
    var centres = start.map { places.row($0).map(Double.init) }
    var assigned: [Int] = []
    for _ in 0..<50 {
      let next = (0..<places.rows).map { r -> Int in
        let place = places.row(r).map(Double.init)
        let scores = centres.map { zip($0, place).reduce(0) { $0 + $1.0 * $1.1 } }
        return scores.indices.max { (scores[$0], $1) < (scores[$1], $0) } ?? 0
      }
      if next == assigned { break }
      assigned = next
      centres = centres.indices.map { cluster in
        var sum = [Double](repeating: 0, count: 5)
        for r in assigned.indices where assigned[r] == cluster {
          for (c, x) in places.row(r).enumerated() { sum[c] += Double(x) }
        }
        let length = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return sum.map { $0 / length }
      }
    }
    return assigned
  }

  private func weights(_ count: Int) -> [Double] { (0..<count).map { Double(1 + $0 % 4) } }

  @Test func `without bounds, clusters are those of Lloyd's iterations`() {
    let places = places(200)
    let found = SphericalKMeans(
      places, from: places.selecting([0, 6, 9]), weights: weights(200),
      bounds: ShareBounds(floor: 0, cap: 10, clusters: 3), pool: pool)
    #expect(found.assigned == naive(places, from: [0, 6, 9]))
    #expect(found.offsets == [0, 0, 0])
  }

  @Test func `a centre is the mean of its documents, or of their text`() {
    let places = FloatRows(rows: 2, columns: 2, values: [1, 0, 0, 1])
    func centre(byText: Bool) -> [Float] {
      SphericalKMeans(
        places, from: places.selecting([0]), weights: [3, 4],
        bounds: ShareBounds(floor: 0, cap: 2, clusters: 1), byText: byText, pool: pool
      ).centres.row(0)
    }
    let diagonal = Float(0.5).squareRoot()
    #expect(centre(byText: false) == [diagonal, diagonal])
    #expect(centre(byText: true) == [0.6, 0.8])
  }

  @Test(arguments: [(0.9, 1.1), (0.5, 1.5), (0, 1.2), (0.8, 9)])
  func `shares are within bounds, and offsets alone give the same clusters`(
    floor: Double, cap: Double
  ) {
    let places = places(3000)
    let weights = weights(3000)
    let found = SphericalKMeans(
      places, clusters: 3, weights: weights,
      bounds: ShareBounds(floor: floor, cap: cap, clusters: 3), starts: 3, seed: 1, pool: pool)
    var masses = [0.0, 0, 0]
    for (document, cluster) in found.assigned.enumerated() { masses[cluster] += weights[document] }
    let total = weights.reduce(0, +)
    for mass in masses {
      #expect(mass / total >= floor / 3 - 0.002 && mass / total <= cap / 3 + 0.002, "\(masses)")
    }
    let again = assign(places, centres: found.centres, offsets: found.offsets, pool: pool)
    #expect(again == found.assigned)
  }

  @Test func `the same clusters at any number of threads, and other starts for other seeds`() {
    let places = places(20_000)
    func found(threads: Int, seed: UInt64) -> SphericalKMeans {
      SphericalKMeans(
        places, clusters: 7, weights: weights(20_000),
        bounds: ShareBounds(floor: 0.25, cap: 3, clusters: 7), starts: 2, seed: seed,
        pool: WorkerPool(threads: threads))
    }
    let (one, three) = (found(threads: 1, seed: 1), found(threads: 3, seed: 1))
    #expect(one.assigned == three.assigned)
    #expect(one.centres.values == three.centres.values && one.offsets == three.offsets)
    #expect(found(threads: 2, seed: 2).assigned != one.assigned)
  }

  @Test func `documents at one place have one cluster`() {
    let places = FloatRows(rows: 40, columns: 3)
    for r in 0..<40 { places[r, r % 2] = 1 }
    let found = SphericalKMeans(
      places, clusters: 2, weights: [Double](repeating: 1, count: 40),
      bounds: ShareBounds(floor: 0.5, cap: 1.5, clusters: 2), starts: 2, seed: 1, pool: pool)
    #expect(Set(zip(found.assigned, 0..<40).map { $0 * 2 + $1 % 2 }).count == 2)
  }

  @Test func `a weighted threshold is what sorting gives`() {
    var random = TestBits(seed: 11)
    for count in [1, 2, 3, 50, 400] {
      let values = (0..<count).map { _ in Float(random.index(below: 40)) }
      let weights = (0..<count).map { _ in Double(1 + random.index(below: 5)) }
      let total = weights.reduce(0, +)
      for mass in [0, 0.5, total / 3, total - 0.5] {
        var sum = 0.0
        let sorted = zip(values, weights).sorted { $0.0 < $1.0 }
        let expected = sorted.first { entry in
          sum += entry.1
          return sum > mass
        }
        #expect(lowest(of: values, weights: weights, exceeding: mass) == expected?.0)
      }
      #expect(lowest(of: values, weights: weights, exceeding: total) == nil)
    }
  }

  @Test func `agreement is that of scikit-learn`() {
    // adjusted_rand_score of scikit-learn 1.9.1.
    let a = [0, 0, 0, 1, 1, 1, 2, 2, 2, 2]
    let b = [0, 0, 1, 1, 1, 2, 2, 2, 0, 2]
    #expect(abs(Agreement(a, b).adjustedRandIndex - 0.20454545454545456) < 1e-12)
    #expect(Agreement(a, a).adjustedRandIndex == 1)
  }
}
