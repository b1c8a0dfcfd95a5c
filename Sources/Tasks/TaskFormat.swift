import Storage

/// A format that task files are published in, which the keys of a record tell.
package enum TaskFormat: String, CaseIterable, Sendable {
  /// The format of our own: context, choices, answer.
  case plain
  /// The format of many tasks in MosaicML's llm-foundry: query, choices, gold.
  case foundry = "llm-foundry"
  /// The format of ARC, OpenBookQA and CommonsenseQA: a stem with labelled choices.
  case arc
  case multirc, boolq, piqa, hellaswag, winogrande, siqa, copa, lambada

  /// The format of a record with these keys, or nil.
  static func recognised(from keys: Set<String>) -> TaskFormat? {
    allCases.first { format in
      format.record.marks.contains { keys.isSuperset(of: $0) }
        && format.record.allKeys?.isSuperset(of: keys) ?? true
    }
  }

  private var record: any PublishedRecord.Type {
    switch self {
    case .plain: PlainRecord.self
    case .foundry: FoundryRecord.self
    case .arc: StemRecord.self
    case .multirc: PassageRecord.self
    case .boolq: BoolQRecord.self
    case .piqa: PIQARecord.self
    case .hellaswag: HellaSwagRecord.self
    case .winogrande: WinoGrandeRecord.self
    case .siqa: SIQARecord.self
    case .copa: COPARecord.self
    case .lambada: LAMBADARecord.self
    }
  }

  /// The task of a record, if it names it, and its questions.
  struct Parsed {
    let task: String?
    let questions: [Question]
  }

  /// Parses a record; `path` and `place` are for error messages.
  ///
  /// - Throws: `FileError.content` if it is not one of the format.
  func parse(
    _ bytes: [UInt8], label: String?, path: String, place: String
  ) throws(FileError) -> Parsed {
    func parse<Record: PublishedRecord>(_ type: Record.Type) throws(FileError) -> Parsed {
      let record: Record
      do { record = try JSON.decode(type, from: bytes, path: path, place: place) } catch {
        guard case .content(let path, let place, let problem) = error else { throw error }
        throw .content(
          path: path, place: place, problem: "\(problem); a question is \(Record.shape)")
      }
      do throws(RecordProblem) {
        return Parsed(task: record.taskName, questions: try record.questions(label: label))
      } catch { throw .content(path: path, place: place, problem: error.text) }
    }
    return try parse(record)
  }
}

extension TaskRecords {
  /// Parses all records, in the format that the first one has.
  ///
  /// - Parameter permitted: The formats that it may have.
  /// - Throws: `FileError.content` if it has another one, or a record is not of it.
  func parsed(
    as permitted: [TaskFormat] = TaskFormat.allCases
  ) throws(FileError) -> [(record: TaskFormat.Parsed, place: String)] {
    guard let first = records.first else { return [] }
    let format = try format(of: first)
    guard permitted.contains(format) else {
      throw .content(
        path: path, place: first.place,
        problem: "is of the format \(format.rawValue), not of "
          + permitted.map(\.rawValue).joined(separator: ", "))
    }
    if let labels, labels.lines.count != records.count {
      throw .content(
        path: labels.path,
        problem: "has \(labels.lines.count) labels for \(records.count) records of \(path)")
    }
    var parsed: [(TaskFormat.Parsed, String)] = []
    for (index, record) in records.enumerated() {
      let label = labels?.lines[index]
      parsed.append(
        (
          try format.parse(record.bytes, label: label, path: path, place: record.place),
          record.place
        ))
    }
    return parsed
  }

  private func format(of record: Record) throws(FileError) -> TaskFormat {
    guard let keys = JSON.keys(of: record.bytes) else {
      throw .content(
        path: path, place: record.place, problem: JSON.complaint(aboutObject: record.bytes))
    }
    guard let format = TaskFormat.recognised(from: keys) else {
      let top = keys.filter { !$0.contains(".") }.sorted().joined(separator: ", ")
      throw .content(
        path: path, place: record.place,
        problem: "has the fields \(top), which no task format has; known are "
          + TaskFormat.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return format
  }
}
