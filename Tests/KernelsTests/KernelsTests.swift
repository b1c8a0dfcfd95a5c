import Foundation
@testable import Kernels
@testable import Parallel
import Synchronization
import Testing

/// A new tensor of numbers from -1 to 1.
func random(
  _ rows: Int, _ columns: Int, _ purpose: String, precision: Precision = .float32
) -> Tensor {
  var stream = RandomStream(seed: 1, purpose: purpose)
  let tensor = Tensor(rows: rows, columns: columns, precision: precision)
  for r in 0..<rows { for c in 0..<columns { tensor.view[r, c] = Float(2 * stream.unit() - 1) } }
  return tensor
}

/// The operand panels of a head that passes its input on as logits.
func identity(_ size: Int) -> PanelTensor {
  let head = Tensor(rows: size, columns: size)
  for i in 0..<size { head.view[i, i] = 1 }
  let panels = PanelTensor(inner: size, columns: size, precision: .float32)
  panels.view.copy(head.view)
  return panels
}

/// The sum of the elements of `x`, each times its weight: a loss whose gradient is `weights`.
func weighted(_ x: Matrix, _ weights: Matrix) -> Double {
  var sum = 0.0
  for r in 0..<x.rows {
    for c in 0..<x.columns { sum += Double(x[r, c]) * Double(weights[r, c]) }
  }
  return sum
}

/// Expects `gradient` to be what central differences of `loss` in every element of `x` give.
func expectGradient(
  _ gradient: Matrix, of x: Matrix, _ what: String, step: Float = 1e-2, tolerance: Double = 3e-3,
  _ loss: () -> Double
) {
  for r in 0..<x.rows {
    for c in 0..<x.columns {
      let value = x[r, c]
      x[r, c] = value + step
      let up = loss()
      x[r, c] = value - step
      let down = loss()
      x[r, c] = value
      let numeric = (up - down) / (2 * Double(step))
      #expect(
        abs(Double(gradient[r, c]) - numeric) <= tolerance * (1 + abs(numeric)),
        "\(what) at \(r), \(c): \(gradient[r, c]) where differences give \(numeric)")
    }
  }
}

@Suite struct `worker pool` {
  @Test(arguments: [1, 2, 3, 7])
  func `every task runs once, on a thread of the pool`(threads: Int) {
    let pool = WorkerPool(threads: threads)
    for tasks in [0, 1, 2, 65] {
      let counts = Mutex([Int](repeating: 0, count: tasks))
      pool.run(tasks: tasks) { task, worker in
        #expect(0..<threads ~= worker)
        counts.withLock { $0[task] += 1 }
      }
      #expect(counts.withLock { $0 } == [Int](repeating: 1, count: tasks))
    }
  }

  @Test func `blocks cover the range, the last one shorter`() {
    let blocks = Mutex([Range<Int>]())
    WorkerPool(threads: 2).forEachBlock(of: 10, size: 4) { block, _ in
      blocks.withLock { $0.append(block) }
    }
    #expect(
      blocks.withLock { $0.sorted { $0.lowerBound < $1.lowerBound } } == [0..<4, 4..<8, 8..<10])
  }
}

@Suite struct `parts of a range` {
  @Test func `follow each other, the last one shorter`() {
    let parts = (3..<13).parts(of: 4)
    #expect(Array(parts) == [3..<7, 7..<11, 11..<13])
    #expect(parts.count == 3 && parts[2] == 11..<13)
    #expect(Array((3..<11).parts(of: 4)) == [3..<7, 7..<11])
    #expect(Array((3..<5).parts(of: 4)) == [3..<5])
    #expect((3..<3).parts(of: 4).isEmpty)
  }
}

@Suite struct lanes {
  @Test func `exponential is within two ulp of the exact one`() {
    for i in -8700...8700 {
      let x = Float(i) / 100
      let exact = exp(Double(x))
      let found = Double(exponential(Lanes(repeating: x))[i & 15])
      #expect(abs(found - exact) <= 2.5e-7 * exact, "e^\(x)")
    }
    #expect(exponential(Lanes(repeating: 0))[0] == 1)
    #expect(exponential(Lanes(repeating: -.infinity))[0] < 1e-37)
  }

  @Test func `bfloat16 rounds to nearest, ties to even`() {
    #expect(bfloat16(Float(1)) == 0x3f80)
    #expect(bfloat16(Float(bitPattern: 0x3f80_8000)) == 0x3f80)
    #expect(bfloat16(Float(bitPattern: 0x3f81_8000)) == 0x3f82)
    #expect(bfloat16(Float(bitPattern: 0x3f80_8001)) == 0x3f81)
    let lanes = Lanes(repeating: Float(bitPattern: 0x3f81_8000))
    #expect(bfloat16(lanes) == SIMD16(repeating: 0x3f82))
  }

  @Test(arguments: [1, 7, 8, 15, 16, 17, 65])
  func `a row's last lanes stay inside it`(count: Int) {
    let tensor = random(3, count, "lanes")
    let before = (0..<3).map { r in (0..<count).map { tensor.view[r, $0] } }
    let row = tensor.view.row(1)
    for c in row.lanes { row[lanes: c] = row[lanes: c] + 1 }
    for c in 0..<count {
      #expect(tensor.view[0, c] == before[0][c] && tensor.view[2, c] == before[2][c])
      #expect(tensor.view[1, c] == before[1][c] + 1)
    }
  }
}
