import LinearAlgebra

/// The condensed system of a Newton step, factorised: (Q + Σ z∇²f + JᵀWJ) dx + Aᵀ dy and A dx.
struct KKTSystem {
  private let variables: Int
  private let factors: LUFactorization

  /// Factorises the system at `x`, with W the multipliers divided by the slacks.
  ///
  /// - Returns: The system, or nil if its matrix is singular or not finite.
  init?(
    _ program: ConvexProgram, _ x: [Double], jacobian: [[Double]], slacks: [Double],
    multipliers: [Double]
  ) {
    let (n, m) = (program.variables, program.equalities.count)
    variables = n
    let size = n + m
    var matrix = [Double](repeating: 0, count: size * size)
    for (i, row) in program.quadraticRows.enumerated() {
      for (j, value) in row.enumerated() { matrix[i * size + j] = value }
    }
    for (r, row) in jacobian.enumerated() {
      for i in 0..<n where row[i] != 0 {
        let scaled = multipliers[r] / slacks[r] * row[i]
        for j in 0..<n { matrix[i * size + j] += scaled * row[j] }
      }
    }
    if let divergence = program.divergence, let multiplier = multipliers.last {
      for i in divergence.base.indices { matrix[i * size + i] += multiplier / x[i] }
    }
    for i in 0..<n { matrix[i * size + i] += 1e-11 }
    for (e, row) in program.equalities.enumerated() {
      for i in 0..<n {
        matrix[i * size + n + e] = row.slope[i]
        matrix[(n + e) * size + i] = row.slope[i]
      }
      matrix[(n + e) * size + n + e] = -1e-11
    }
    guard let factors = LUFactorization(matrix, order: size) else { return nil }
    self.factors = factors
  }

  /// Returns dx and dy for the right sides `first` of the variables and `second` of the equalities.
  func solve(_ first: [Double], _ second: [Double]) -> (x: [Double], y: [Double]) {
    let solution = factors.solve(first + second)
    return (Array(solution.prefix(variables)), Array(solution.dropFirst(variables)))
  }
}
