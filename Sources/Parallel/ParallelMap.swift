import Synchronization

extension WorkerPool {
  /// Returns `value` of every index in 0..<`count`, in order, computed on all threads.
  ///
  /// It pays only where one value takes far longer to compute than a lock takes.
  package func map<Value: Sendable>(
    _ count: Int, _ value: @Sendable (Int) -> Value
  ) -> [Value] {
    let values = Mutex([Value?](repeating: nil, count: count))
    run(tasks: count) { index, _ in
      let result = value(index)
      values.withLock { $0[index] = result }
    }
    return values.withLock { $0.compactMap { $0 } }
  }
}

/// Returns `value` of every index in 0..<`count`, in order, computed on the threads of `pool`.
///
/// Without a pool the calling thread computes them alone.
package func each<Value: Sendable>(
  _ count: Int, _ pool: WorkerPool?, _ value: @Sendable (Int) -> Value
) -> [Value] {
  pool?.map(count, value) ?? (0..<count).map(value)
}
