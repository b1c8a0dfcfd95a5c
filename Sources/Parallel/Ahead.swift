import Dispatch
import Synchronization

/// A value that another thread computes while this one goes on.
package final class Ahead<Value: Sendable>: Sendable {
  private let result = Mutex<Value?>(nil)
  private let isDone = DispatchGroup()

  /// Starts `compute` on another thread.
  package init(_ compute: @escaping @Sendable () -> Value) {
    isDone.enter()
    DispatchQueue.global().async { [self] in
      let value = compute()
      result.withLock { $0 = value }
      isDone.leave()
    }
  }

  /// The value, waited for if it is not there yet.
  package var value: Value {
    isDone.wait()
    return result.withLock { $0! }
  }
}
