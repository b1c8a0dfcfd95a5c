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

  /// The value of the flag: auto, f32 or bf16.
  package var asked: String { choice.rawValue }

  /// The value of the flag that stands for the precision to use on every CPU.
  package var name: String { (chosen == .float32 ? Choice.f32 : .bf16).rawValue }

  /// Checks that this CPU has products of that precision.
  ///
  /// - Throws: `ValidationError` if it does not.
  package mutating func validate() throws {
    guard chosen == .float32 || fastestPrecision() == .bfloat16 else {
      throw ValidationError(
        """
        --precision bf16: this processor does not multiply bfloat16 (AVX512-BF16); use one that \
        does, or --precision f32 for all models of the run
        """)
    }
  }
}
