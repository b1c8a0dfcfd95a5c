import ArgumentParser

extension ParsableCommand {
  /// Refuses flags with numbers that nobody means, and nothing can be computed with: those that are
  /// not finite, and counts that sums overflow with.
  ///
  /// - Throws: `UsageError`, which names the flag.
  func requireNumbers() throws(UsageError) {
    if let flag = impossibleNumber(in: self, of: "") {
      throw UsageError("\(flag): its number is too large, or none; see '--help'")
    }
  }
}

/// The largest count that a flag takes: more tokens than there are.
private let largestCount = 1_000_000_000_000_000

/// The first flag in `value`, of which `flag` is the name so far, with such a number; nil if there
/// is none.
private func impossibleNumber(in value: Any, of flag: String) -> String? {
  if let number = value as? any BinaryFloatingPoint { return number.isFinite ? nil : flag }
  if let number = value as? Int { return number.magnitude <= largestCount ? nil : flag }
  for child in Mirror(reflecting: value).children {
    let isFlag = "\(type(of: child.value))".hasPrefix("Option<")
    let name = child.label.flatMap { isFlag ? flagName($0) : nil } ?? flag
    if let found = impossibleNumber(in: child.value, of: name) { return found }
  }
  return nil
}

/// The flag of the property that the parser keeps under `label`, such as `_learningRate`.
private func flagName(_ label: String) -> String {
  let words = label.drop { $0 == "_" }.flatMap { character in
    character.isUppercase ? "-\(character.lowercased())" : "\(character)"
  }
  return words.count == 1 ? "-\(String(words))" : "--\(String(words))"
}
