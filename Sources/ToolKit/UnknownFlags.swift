import ArgumentParser
import Storage

extension Tool {
  /// Says which of `arguments` is a flag that the command does not have, and which may be meant;
  /// nil if there is none.
  ///
  /// What follows `--` is no flag. After one dash only a word that is like a flag counts: others
  /// may be `-j4`, or a number.
  static func unknownFlag(in arguments: some Sequence<String>) -> String? {
    let known = flags
    for argument in arguments.prefix(while: { $0 != "--" }) {
      let flag = String(argument.prefix { $0 != "=" })
      let isLong = flag.hasPrefix("--")
      guard flag.hasPrefix("-"), isLong || flag.count > 3, !known.contains(flag) else { continue }
      let spelled = isLong ? flag : "-\(flag)"
      if let meant = known.contains(spelled) ? spelled : nearestName(to: spelled, among: known) {
        return "\(flag) is no flag; did you mean \(meant)? See"
      }
      if isLong { return "\(flag) is no flag; see" }
    }
    return nil
  }

  /// All long flags, as the help has them: at the start of lines behind USAGE.
  private static var flags: [String] {
    helpMessage(includeHidden: true, columns: 200).split(separator: "\n")
      .drop { !$0.hasPrefix("USAGE:") }
      .flatMap { line in
        line.split { " /".contains($0) }.prefix { $0.hasPrefix("-") }
          .map { $0.filter { $0 != "," } }.filter { $0.hasPrefix("--") }
      }
  }
}
