import ArgumentParser
import Storage

extension ParsableCommand {
  /// Refuses flags with numbers that nobody means, and nothing can be computed with: those that are
  /// not finite, counts that sums overflow with, and what is not decimal, as `0x10`.
  ///
  /// - Parameter arguments: The command line, in which numbers are as they were written.
  /// - Throws: `UsageError`, which names the flag.
  func requireNumbers(in arguments: some Sequence<String>) throws(UsageError) {
    if let flag = impossibleNumber(in: self, of: nil) {
      throw UsageError("\(flag): its number is too large, or none; see '--help'")
    }
    let flags = flags(in: self, of: floatTypes)
    var before = ""
    for argument in arguments {
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let (flag, number) = parts.count == 2 ? (String(parts[0]), parts[1]) : (before, argument[...])
      before = argument
      if flags.contains(flag), Double(number) != nil, decimal(number) == nil {
        throw UsageError("\(flag) \(number): write a decimal number")
      }
    }
  }
}

/// The largest count that a flag takes: more tokens than there are.
private let largestCount = 1_000_000_000_000_000

/// The types of flags that are numbers; others know themselves what they take, as rules do, of
/// which one is at infinity.
private let numberTypes = floatTypes + options(of: "Int")
private let floatTypes = options(of: "Double") + options(of: "Float")

private func options(of type: String) -> [String] {
  ["Option<\(type)>", "Option<Optional<\(type)>>", "Option<Array<\(type)>>"]
}

/// The flags in `value` that are of these types.
private func flags(in value: Any, of types: [String]) -> [String] {
  Mirror(reflecting: value).children.flatMap { child in
    types.contains("\(type(of: child.value))")
      ? child.label.map { [flagName($0)] } ?? [] : flags(in: child.value, of: types)
  }
}

/// The first flag in `value` with such a number, or nil; `flag` is the one that `value` is of, or
/// nil outside of any.
private func impossibleNumber(in value: Any, of flag: String?) -> String? {
  if let flag {
    if let number = value as? any BinaryFloatingPoint { return number.isFinite ? nil : flag }
    if let number = value as? Int { return number.magnitude <= largestCount ? nil : flag }
  }
  for child in Mirror(reflecting: value).children {
    let isFlag = numberTypes.contains("\(type(of: child.value))")
    let name = isFlag ? child.label.map(flagName) : flag
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
