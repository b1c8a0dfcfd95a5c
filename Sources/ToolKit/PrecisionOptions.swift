import ArgumentParser
package import Kernels

/// The flag that says how precise the products of a model are.
package struct PrecisionOptions: ParsableArguments {
  @Option(name: .customLong("precision"), help: "Precision of products: auto, f32 or bf16.")
  private var choice = Choice.auto

  private enum Choice: String, ExpressibleByArgument, CaseIterable {
    case auto, f32, bf16
  }

  package init() {}

  /// The precision to use.
  package var chosen: Precision {
    switch choice {
    case .auto: fastestPrecision()
    case .f32: .float32
    case .bf16: .bfloat16
    }
  }

  /// Checks that this CPU has products of that precision.
  ///
  /// - Throws: `ValidationError` if it does not.
  package mutating func validate() throws {
    guard chosen == .float32 || fastestPrecision() == .bfloat16 else {
      throw ValidationError("--precision bf16: this CPU has no such products; use auto")
    }
  }
}
