import Synchronization

/// A value behind a lock: what one task makes, or what one thread keeps from task to task.
package final class LockedValue<Value: Sendable>: Sendable {
  private let content: Mutex<Value>

  package init(_ value: Value) { content = Mutex(value) }

  /// A copy of the value, or what replaces it.
  package var value: Value {
    get { content.withLock { $0 } }
    set { content.withLock { $0 = newValue } }
  }

  /// Calls `body` with the value in place, without a copy.
  package func update(_ body: (inout Value) -> Void) { content.withLock { body(&$0) } }
}
