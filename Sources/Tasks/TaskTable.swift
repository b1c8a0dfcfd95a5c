import Formats
package import Storage

/// A table of end tasks, which says where they are found and how they are asked:
/// `data/tasks/*.tsv`.
///
/// Columns are separated by tabs: task, files, format, prompt, loss-on, train; the last may be left
/// away. A line that starts with `#` is a remark.
package struct TaskTable: Equatable, Sendable {
  package struct Task: Equatable, Sendable {
    package let name: String
    /// The shell patterns, best first, of the files that hold the task, or `ARCHIVE:MEMBER`.
    package let files: [String]
    package let format: TaskFormat
    /// Whether prompts are brought to the one form of `QuestionForm`.
    package let isQuestion: Bool
    package let loss: LossOn
    /// The shell patterns, best first, of the files that hold its training questions; may be empty.
    package let training: [String]
  }

  /// The tokens of a question's text that count in its loss: those of the answer, or all.
  package enum LossOn: String, CaseIterable, Sendable { case answer, all }

  package let path: String
  package let tasks: [Task]

  /// Reads the table at `path`.
  ///
  /// - Throws: `FileError` if it cannot be read, or is not such a table.
  package init(_ path: String) throws(FileError) {
    self.path = path
    var tasks: [Task] = []
    for (line, cells) in try tableRows(try readFile(path), path: path) {
      let place = "line \(line)"
      let task = try Self.task(cells, path: path, place: place)
      guard !tasks.contains(where: { $0.name == task.name }) else {
        throw .content(path: path, place: place, problem: "the task \(task.name) is there already")
      }
      tasks.append(task)
    }
    guard !tasks.isEmpty else { throw .content(path: path, problem: "has no tasks") }
    self.tasks = tasks
  }

  private static func task(
    _ cells: [String], path: String, place: String
  ) throws(FileError) -> Task {
    func refused(_ problem: String) -> FileError {
      .content(path: path, place: place, problem: problem)
    }
    guard 5...6 ~= cells.count else {
      throw refused(
        "has \(cells.count) columns; write task, files, format, prompt, loss-on and maybe train, "
          + "separated by tabs")
    }
    guard isPlainName(cells[0]) else {
      throw refused("\(cells[0]) is no task name; use letters, digits, '-', '_' and '.'")
    }
    guard let format = TaskFormat(rawValue: cells[2]) else {
      throw refused(
        "\(cells[2]) is no format; known are "
          + TaskFormat.allCases.map(\.rawValue).joined(separator: ", "))
    }
    guard ["question", "given"].contains(cells[3]) else {
      throw refused("\(cells[3]) is no prompt; write question or given")
    }
    guard let loss = LossOn(rawValue: cells[4]) else {
      throw refused("a loss on \(cells[4]) is not known; write answer or all")
    }
    func patterns(_ cell: String) -> [String] { cell.split(separator: ",").map(String.init) }
    return Task(
      name: cells[0], files: patterns(cells[1]), format: format, isQuestion: cells[3] == "question",
      loss: loss, training: cells.count < 6 || cells[5] == "-" ? [] : patterns(cells[5]))
  }

  /// A task of the table, with the files in which it was found.
  package struct Found: Sendable {
    package let task: Task
    package let source: TaskSource
    /// The file of its training questions, or nil if none was found.
    package let training: TaskSource?

    /// The questions, with their prompts in the form that the table asks for.
    ///
    /// - Throws: `FileError` if the file cannot be read, or is not of the task's format.
    package func set() throws(FileError) -> TaskSet { try read(source) }

    /// The training questions, named and formed as the others are; nil if there are none.
    ///
    /// - Throws: `FileError` if the file cannot be read, or is not of the task's format.
    package func trainingSet() throws(FileError) -> TaskSet? {
      guard let training else { return nil }
      return try read(training)
    }

    private func read(_ source: TaskSource) throws(FileError) -> TaskSet {
      let set = try TaskSet(task.name, from: source, format: task.format)
      return task.isQuestion ? set.formed : set
    }
  }

  /// The tasks of the table whose files are in `folder` or in one below it.
  ///
  /// - Throws: `FileError` if there are none, or two files fit the pattern of one task.
  package func found(in folder: String) throws(FileError) -> [Found] {
    let files = try Storage.files(below: folder)
    var found: [Found] = []
    for task in tasks {
      guard let source = try source(of: task, task.files, among: files) else { continue }
      let training = try self.source(of: task, task.training, among: files)
      found.append(Found(task: task, source: source, training: training))
    }
    guard !found.isEmpty else {
      throw .content(path: folder, problem: "holds none of the files of \(path)")
    }
    return found
  }

  /// The file that fits the first pattern which any file fits, or nil if no file fits any.
  private func source(
    of task: Task, _ patterns: [String], among files: [String]
  ) throws(FileError) -> TaskSource? {
    for pattern in patterns {
      let parts = pattern.split(separator: ":", maxSplits: 1).map(String.init)
      let fitting = files.filter { shellPattern(parts[0], fits: $0) }
      guard let file = fitting.first else { continue }
      guard fitting.count == 1 else {
        throw .content(
          path: fitting[1],
          problem: "is a file of \(task.name), as \(file) is, by \(path); keep one of them there")
      }
      return TaskSource(path: file, member: parts.count > 1 ? parts[1] : nil)
    }
    return nil
  }
}
