import Formats
import Mixtures
import Regression
import Storage

/// An audit of a run, with its objective and β.
struct FoundAudit {
  let lines: [AuditLine]
  let objective: String
  /// The β of its MDE features.
  let beta: Double

  var learning: [LearningPoint] {
    lines.compactMap { line in
      if case .learning(let line) = line { line } else { nil }
    }
  }

  /// Returns the audits in `folder` of the runs that `regressor` was fitted to.
  ///
  /// Those of its own objective and β come first.
  ///
  /// - Throws: `FileError` if a file cannot be read, or is no audit.
  static func all(
    in folder: String, of regressor: RegressorFile
  ) throws(FileError) -> [FoundAudit] {
    var found: [FoundAudit] = []
    for name in try names(inFolder: folder)
    where name.hasPrefix("audit") && name.hasSuffix(".jsonl") {
      let lines = try AuditLine.read("\(folder)/\(name)")
      guard case .header(let header)? = lines.first,
        header.provenance.inputs == regressor.provenance.inputs,
        header.provenance.seed == regressor.provenance.seed
      else { continue }
      let beta = header.provenance.flags["beta"].flatMap(Double.init) ?? 0
      found.append(FoundAudit(lines: lines, objective: header.objective, beta: beta))
    }
    func isOwn(_ audit: FoundAudit) -> Bool {
      audit.objective == regressor.objective.name && audit.beta == regressor.beta
    }
    return found.filter(isOwn) + found.filter { !isOwn($0) }
  }
}
