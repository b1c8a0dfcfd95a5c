import CLanes
import Foundation
@testable import Kernels
import Testing

/// The number that `bits` are told apart by: FNV-1a of 64 bits, a word at a time.
private func digest(_ bits: some Sequence<UInt32>) -> UInt64 {
  bits.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
}

private func bits(_ x: Matrix) -> [UInt32] {
  (0..<x.rows).flatMap { r in (0..<x.columns).map { x[r, $0].bitPattern } }
}

/// Digests that were found with AVX2, with AVX-512 and with its bfloat16: results in Float32 are of
/// the inputs alone, whatever the tools are compiled for.
@Suite struct `bits are those of every processor` {
  @Test func `of a reciprocal, which is within one ulp of the exact one`() {
    var found: [UInt32] = []
    for exponent in [-126, -1, 0, 1, 64, 125] as [Float] {
      for step in stride(from: UInt32(0), to: 0x66_0000, by: 1009) {
        let x = Float(bitPattern: exp2(exponent).bitPattern + step)
        let y = lanes_reciprocal(Lanes(repeating: x))[0]
        #expect(abs(Double(y) - 1 / Double(x)) <= Double((1 / x).ulp), "1 / \(x)")
        #expect(lanes_reciprocal(Lanes(repeating: -x))[15] == -y)
        found.append(y.bitPattern)
      }
    }
    #expect(digest(found) == 0x6b8c_2bbc_8f1e_4065)
  }

  @Test func `of bfloat16, denormals and NaN too`() {
    for step in stride(from: UInt32(0), through: .max - 65_000, by: 64_997) {
      let x = Float(bitPattern: step)
      var exact = UInt16(truncatingIfNeeded: (step &+ 0x7fff &+ (step >> 16 & 1)) >> 16)
      if x.isSubnormal { exact = x.sign == .minus ? 0x8000 : 0 }
      if x.isNaN { exact = UInt16(step >> 16) | 0x40 }
      #expect(bfloat16(Lanes(repeating: x)) == SIMD16(repeating: exact), "\(x)")
      #expect(bfloat16(x) == exact)
    }
  }

  @Test func `of exponentials and logistic functions`() {
    let x = stride(from: Float(-90), through: 90, by: 0.037)
    let exponentials = x.map { exponential(Lanes(repeating: $0))[3].bitPattern }
    #expect(digest(exponentials) == 0xd4c3_35f0_8e9e_e94f)
    let logistics = x.map { logistic(Lanes(repeating: $0))[3].bitPattern }
    #expect(digest(logistics) == 0x8173_0456_8ce5_97b4)
  }

  @Test func `of products`() {
    let a = random(37, 2500, "a")
    let b = random(2500, 71, "b")
    let panels = PanelTensor(inner: 2500, columns: 71, precision: .float32)
    panels.view.copy(b.view)
    let c = Tensor(rows: 37, columns: 71)
    product(c.view, a.view, panels.view)
    #expect(digest(bits(c.view)) == 0xf27d_a3e2_4bbf_feb1)
  }

  @Test func `of norms and gated units, both ways`() {
    func zeros(_ rows: Int, _ columns: Int) -> Tensor { Tensor(rows: rows, columns: columns) }
    let x = random(9, 83, "x")
    let gain = random(1, 83, "gain")
    let dy = random(9, 83, "dy")
    let y = zeros(9, 83)
    let scale = zeros(9, 1)
    rmsNormForward(y.view, scale: scale.view, x.view, gain: gain.view, epsilon: 1e-5)
    let dx = zeros(9, 83)
    let dGain = zeros(1, 83)
    let copy = zeros(9, 83)
    rmsNormBackward(
      dx.view, dGain: dGain.view, copy: copy.view, dy.view, x.view, scale: scale.view,
      gain: gain.view)
    let h = zeros(9, 83)
    let dGate = zeros(9, 83)
    let dUp = zeros(9, 83)
    swiGLUForward(h.view, kept: nil, gate: x.view, up: y.view)
    swiGLUBackward(dGate: dGate.view, dUp: dUp.view, dy.view, gate: x.view, up: y.view)
    let norms = bits(y.view) + bits(dx.view) + bits(dGain.view)
    let units = bits(h.view) + bits(dGate.view) + bits(dUp.view)
    #expect(digest(norms + units) == 0x2863_0d74_8224_78ef)
  }
}
