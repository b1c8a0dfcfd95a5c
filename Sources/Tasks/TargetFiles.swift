package import Storage

/// The files of a target: texts, or prompts with the answers that count.
///
/// A file whose name has `.json` in its extension has JSON lines, and any other is one text. Both
/// may be compressed, or packed with others.
package struct TargetFiles: Sendable {
  /// What a line or file holds.
  package enum Document: Equatable, Sendable {
    case text([UInt8])
    case pair(prompt: String, answer: String)
  }

  package let name: String
  package let files: [String]

  /// The fields that lines of prompts and answers may have.
  static let pairs = [
    ("prompt", "answer"), ("prompt", "completion"), ("prompt", "response"), ("question", "answer"),
    ("instruction", "output"),
  ]

  /// Finds the files of `target`.
  ///
  /// - Throws: `FileError` if a folder cannot be read, or holds no file.
  package init(_ target: TargetTable.Target) throws(FileError) {
    name = target.name
    if isStream(target.path) {
      throw .content(path: target.path, problem: "is neither a file nor a folder")
    }
    files = isFolder(target.path) ? try Storage.files(below: target.path) : [target.path]
    guard !files.isEmpty else {
      throw .content(path: target.path, problem: "holds no file; a target needs some text")
    }
  }

  /// Calls `body` with every document, and the index of its file, in order; texts of nothing but
  /// white space are left out.
  ///
  /// - Throws: `FileError` if a file cannot be read, is no text, or has lines that are no
  ///   documents.
  package func forEach(
    _ body: (Document, _ file: Int) throws(FileError) -> Void
  ) throws(FileError) {
    for (index, file) in files.enumerated() {
      let reader = try LineReader(file)
      var (text, name): ([UInt8], String?) = ([], nil)
      func finish() throws(FileError) {
        if let name { try requireText(text, path: name) }
        if text.contains(where: { $0 > 0x20 }) { try body(.text(text), index) }
        text = []
      }
      while let line = try reader.next() {
        if Self.hasLines(reader.entry ?? file) {
          if let document = try Self.document(of: line, path: reader.name) {
            try body(document, index)
          }
          continue
        }
        if name != reader.name {
          try finish()
          name = reader.name
        }
        text += line.bytes
        text.append(UInt8(ascii: "\n"))
      }
      try finish()
    }
  }

  private static func hasLines(_ path: String) -> Bool {
    (path.split(separator: "/").last ?? "").contains(".json")
  }

  /// The document of a line of JSON; nil if the line is blank, or its text.
  ///
  /// - Throws: `FileError.content` if the line has neither text nor a pair.
  package static func document(
    of line: LineReader.Line, path: String
  ) throws(FileError) -> Document? {
    guard line.bytes.contains(where: { $0 > 0x20 }) else { return nil }
    func bad(_ problem: String) -> FileError {
      .content(path: path, place: "line \(line.number)", problem: problem)
    }
    let json = JSONFields()
    if let problem = json.parse(line.bytes) { throw bad(problem) }
    func field(_ name: String) -> [UInt8]? { try? json.string(at: JSONFields.Path(name)) }
    if let text = field("text") { return text.contains { $0 > 0x20 } ? .text(text) : nil }
    for (prompt, answer) in pairs {
      guard let first = field(prompt), let second = field(answer) else { continue }
      guard second.contains(where: { $0 > 0x20 }) else { throw bad("its \(answer) is empty") }
      return .pair(
        prompt: String(decoding: first, as: UTF8.self),
        answer: String(decoding: second, as: UTF8.self))
    }
    let known = pairs.map { "\($0.0) and \($0.1)" }.joined(separator: ", ")
    throw bad("has neither text nor a prompt with an answer; known are \(known)")
  }

  private func requireText(_ text: [UInt8], path: String) throws(FileError) {
    guard !text.contains(0), String(validating: text, as: UTF8.self) != nil else {
      throw .content(
        path: path, problem: "is no text in UTF-8; convert it, or leave it out of the target")
    }
  }
}
