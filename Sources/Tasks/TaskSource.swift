import Storage

/// A task file, or one file in an archive.
package struct TaskSource: Equatable, Sendable {
  /// The path of the file, or of the archive.
  package let path: String
  /// The shell pattern that the path inside the archive fits, or nil for all files.
  package let member: String?

  package init(path: String, member: String?) { (self.path, self.member) = (path, member) }

  /// Parses an argument, which is a path or `ARCHIVE:MEMBER`.
  package init(_ argument: String) {
    guard !isFile(argument), let colon = argument.lastIndex(of: ":"),
      isFile(String(argument[..<colon]))
    else {
      self.init(path: argument, member: nil)
      return
    }
    self.init(
      path: String(argument[..<colon]), member: String(argument[argument.index(after: colon)...]))
  }

  /// Whether the file of that path inside the archive is one of those to be read.
  func takes(_ entry: String) -> Bool { member.map { shellPattern($0, fits: entry) } ?? true }
}

/// The records of one task file, with its labels where they are in a file of their own.
struct TaskRecords {
  struct Record {
    let bytes: [UInt8]
    let place: String
  }

  let path: String
  /// The name of the file without folders, and without `.json`, `.jsonl` or `.txt` and what
  /// follows.
  let name: String
  private(set) var records: [Record] = []
  private(set) var labels: (path: String, lines: [String])?
  /// The files that the records were read from; none for standard input and other streams.
  private(set) var sources: [String]

  /// Reads the files of `source`: one, or those of an archive that it takes.
  ///
  /// - Parameter textIsPermitted: Whether a file that is not JSON may have a text on each line.
  /// - Throws: `FileError` if a file cannot be read, or the archive has no such file.
  static func read(
    _ source: TaskSource, textIsPermitted: Bool = false
  ) throws(FileError) -> [TaskRecords] {
    var files: [(path: String, entry: String, lines: [LineReader.Line])] = []
    let reader = try LineReader(source.path) { isLabels($0) || source.takes($0) }
    while let line = try reader.next() {
      let entry = reader.entry ?? source.path
      guard reader.entry != nil || source.member == nil else { break }
      if files.last?.path != reader.name { files.append((reader.name, entry, [])) }
      if line.bytes.contains(where: { !isSpace($0) }) {
        files[files.count - 1].lines.append(line)
      }
    }
    if let member = source.member, !files.contains(where: { !isLabels($0.entry) }) {
      throw .content(path: source.path, problem: "holds no file \(member) with lines in it")
    }
    var tasks: [TaskRecords] = []
    for file in files where !isLabels(file.entry) && !file.lines.isEmpty {
      var task = TaskRecords(source, path: file.path, entry: file.entry)
      task.records = try records(file.lines, path: file.path, textIsPermitted: textIsPermitted)
      let wanted = labelsName(of: file.entry)
      if let found = files.first(where: { wanted.contains($0.entry) }) {
        task.labels = (found.path, found.lines.map { text($0.bytes) })
      } else if file.entry == source.path, let found = wanted.first(where: isFile) {
        task.labels = (found, try lines(of: found))
        task.sources.append(found)
      }
      tasks.append(task)
    }
    return tasks
  }

  private init(_ source: TaskSource, path: String, entry: String) {
    let last = entry.split(separator: "/").last ?? entry[...]
    self.path = path
    sources = isStream(source.path) ? [] : [source.path]
    let end = [".json", ".txt", "."].lazy.compactMap { last.lastRange(of: $0)?.lowerBound }.first
    name = String(last[..<(end ?? last.endIndex)])
  }

  /// The records of JSON lines, of a JSON array, or of an object whose `data` is one.
  private static func records(
    _ lines: [LineReader.Line], path: String, textIsPermitted: Bool
  ) throws(FileError) -> [Record] {
    let first = lines[0].bytes.first { !isSpace($0) }
    if textIsPermitted, first != UInt8(ascii: "{"), first != UInt8(ascii: "[") {
      return lines.map {
        Record(bytes: JSON.encode(["text": text($0.bytes)]), place: "line \($0.number)")
      }
    }
    if first == UInt8(ascii: "[") || (JSON.keys(of: lines[0].bytes) == nil && lines.count > 1)
      || JSON.keys(of: lines[0].bytes)?.contains("data") == true
    {
      let whole = Array(lines.map(\.bytes).joined(separator: [UInt8(ascii: "\n")]))
      if let elements = JSON.elements(of: whole, in: "data") {
        return elements.enumerated().map { Record(bytes: $1, place: "item \($0 + 1)") }
      }
    }
    return lines.map { Record(bytes: Array($0.bytes), place: "line \($0.number)") }
  }

  /// The names that the file of labels of a file may have.
  ///
  /// `dev.jsonl` has its labels in `dev-labels.lst` beside it, compressed like it or not.
  private static func labelsName(of entry: String) -> [String] {
    guard let dot = entry.lastRange(of: ".jsonl") else { return [] }
    let labels = entry[..<dot.lowerBound] + "-labels.lst"
    return [String(labels), String(labels + entry[dot.upperBound...])]
  }

  private static func isLabels(_ entry: String) -> Bool {
    entry.contains("-labels.lst")
  }

  private static func lines(of path: String) throws(FileError) -> [String] {
    let reader = try LineReader(path)
    var lines: [String] = []
    while let line = try reader.next() {
      let label = text(line.bytes)
      if !label.isEmpty { lines.append(label) }
    }
    return lines
  }

  private static func text(_ bytes: ArraySlice<UInt8>) -> String {
    String(String(decoding: bytes, as: UTF8.self).trimming(while: \.isWhitespace))
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || 9...13 ~= byte }
}
