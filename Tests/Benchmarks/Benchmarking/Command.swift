import Foundation
import Storage

/// Arguments that a benchmark does not understand.
package struct WrongUsage: Error {
  package init() {}
}

/// Runs a benchmark on the arguments of this process: its own, and the command of a peer after
/// `--`.
///
/// What goes wrong is one line on standard error and an exit code, as of the tools.
///
/// - Parameter usage: The arguments that may follow the name, for a message about wrong ones.
package func runBenchmark(
  _ name: String, usage: String, _ body: (_ own: [String], _ peer: [String]) throws -> Void
) {
  let arguments = CommandLine.arguments.dropFirst()
  do {
    try body(
      Array(arguments.prefix { $0 != "--" }),
      Array(arguments.drop { $0 != "--" }.dropFirst()))
  } catch is WrongUsage {
    end("usage: \(name) \(usage)", .usage)
  } catch let error as any ReportableError {
    end("\(name): \(error.message)", error.kind)
  } catch {
    end("\(name): \(error)", .computation)
  }
}

private func end(_ line: String, _ kind: FailureKind) -> Never {
  FileHandle.standardError.write(Data("\(line)\n".utf8))
  exit(kind.rawValue)
}

/// The positive number that an argument is: of things, of threads and the like.
package func positive(_ text: String) throws(WrongUsage) -> Int {
  guard let value = Int(text), value > 0 else { throw WrongUsage() }
  return value
}
