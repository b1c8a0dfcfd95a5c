import Parallel

/// The sizes of causal attention within one sequence.
package struct AttentionShape: Sendable {
  package let time: Int
  package let queryHeads: Int
  /// The number of heads of keys and values, each shared by consecutive query heads.
  ///
  /// It divides `queryHeads`.
  package let keyValueHeads: Int
  package let headSize: Int

  package init(time: Int, queryHeads: Int, keyValueHeads: Int, headSize: Int) {
    precondition(queryHeads % keyValueHeads == 0, "\(queryHeads) query heads over \(keyValueHeads)")
    (self.time, self.queryHeads) = (time, queryHeads)
    (self.keyValueHeads, self.headSize) = (keyValueHeads, headSize)
  }

  /// The number of columns of queries, keys and values side by side.
  package var columns: Int { (queryHeads + 2 * keyValueHeads) * headSize }
  /// The number of query heads that share one head of keys and values.
  var group: Int { queryHeads / keyValueHeads }

  /// The columns of one head of queries.
  func queries(_ head: Int) -> Range<Int> { head * headSize..<(head + 1) * headSize }
  func keys(_ keyHead: Int) -> Range<Int> { queries(queryHeads + keyHead) }
  func values(_ keyHead: Int) -> Range<Int> { queries(queryHeads + keyValueHeads + keyHead) }

  /// The columns of keys and values, without the queries.
  package var keysAndValues: Range<Int> { queryHeads * headSize..<columns }

  /// The rows in blocks of queries handled together: those of one panel, so that a lane is a query.
  static func blocks(_ rows: Range<Int>) -> RangeParts { rows.parts(of: Panels.width) }
}

/// The memory that one thread needs for attention: for all keys of a head and 32 queries.
package struct AttentionScratch: ~Copyable, Sendable {
  private let precision: Precision
  let scores: Tensor  // (time, 32): a row for each key, a column for each query
  let dWeights: Tensor  // (time, 32)
  private let panels: PanelTensor  // (time, 32), bfloat16
  private let weights: Tensor  // (time, 32), bfloat16
  private let dScores: Tensor  // (time, 32), bfloat16
  let queries: PanelTensor  // (headSize, 32)
  let dOutputs: PanelTensor  // (headSize, 32)
  let queryRows: PanelTensor  // (32, headSize), bfloat16
  let dOutputRows: PanelTensor  // (32, headSize), bfloat16
  let keyRows: PanelTensor  // (time, headSize), bfloat16
  let output: Tensor  // (32, headSize)
  let dKeys: Tensor  // (time, headSize)
  let dValues: Tensor  // (time, headSize)

  /// Allocates the memory.
  ///
  /// - Parameter isTrained: Whether there will be a backward pass.
  package init(_ shape: AttentionShape, precision: Precision, isTrained: Bool) {
    let (time, size, block) = (shape.time, shape.headSize, Panels.width)
    let (keys, few) = isTrained ? (time, block) : (0, 0)
    /// The number of rows of what is a copy in bfloat16; Float32 is used where it lies.
    func copies(_ rows: Int) -> Int { precision == .bfloat16 ? rows : 0 }
    self.precision = precision
    scores = Tensor(rows: time, columns: block)
    panels = PanelTensor(inner: copies(time), columns: block, precision: precision)
    queries = PanelTensor(inner: size, columns: block, precision: precision)
    keyRows = PanelTensor(inner: copies(time), columns: size, precision: precision)
    output = Tensor(rows: block, columns: size)
    dWeights = Tensor(rows: keys, columns: block)
    weights = Tensor(rows: copies(keys), columns: block, precision: precision)
    dScores = Tensor(rows: copies(keys), columns: block, precision: precision)
    dOutputs = PanelTensor(inner: size, columns: few, precision: precision)
    queryRows = PanelTensor(inner: copies(few), columns: size, precision: precision)
    dOutputRows = PanelTensor(inner: copies(few), columns: size, precision: precision)
    dKeys = Tensor(rows: keys, columns: size)
    dValues = Tensor(rows: keys, columns: size)
  }

  /// The weights (time, 32) of the forward pass, whose keys are summed over; they replace Float32
  /// scores.
  var weightPanels: Panels {
    precision == .float32 ? Panels(rowsOf: scores.view) : panels.view
  }
  /// The weights (time, 32) of the backward pass, operand, whose queries are summed over; they
  /// replace Float32 scores.
  var weightRows: Matrix { precision == .float32 ? scores.view : weights.view }
  /// The gradients of the scores (time, 32), operand, whose queries are summed over; they replace
  /// Float32 `dWeights`.
  var dScoreRows: Matrix { precision == .float32 ? dWeights.view : dScores.view }
  /// The same, whose keys are summed over.
  var dScorePanels: Panels {
    precision == .float32 ? Panels(rowsOf: dWeights.view) : panels.view
  }
}
