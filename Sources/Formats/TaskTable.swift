package import Storage

/// Which end tasks there are, in which files they are found and how they are asked: `data/tasks/*.tsv`.
///
/// Columns are separated by tabs: task, files, format, prompt, loss-on. A line that starts with `#` is a remark.
package struct TaskTable: Equatable, Sendable {
  package struct Task: Equatable, Sendable {
    package let name: String
    /// Where the task may be found, best first: a shell pattern of file names, or `ARCHIVE:MEMBER`.
    package let files: [String]
    package let format: TaskFormat
    /// Whether prompts are brought to the one form of `QuestionForm`.
    package let isQuestion: Bool
    package let loss: LossOn
  }

  /// Which tokens of a question's text count in its loss.
  package enum LossOn: String, CaseIterable, Sendable { case answer, all }

  package let path: String
  package let tasks: [Task]

  package init(_ path: String) throws(FileError) {
    self.path = path
    var tasks: [Task] = []
    let text = String(decoding: try readFile(path), as: UTF8.self)
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    where !line.isEmpty && !line.hasPrefix("#") {
      let cells = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      let place = "line \(index + 1)"
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
    guard cells.count == 5 else {
      throw refused(
        "has \(cells.count) columns; write task, files, format, prompt, loss-on, separated by tabs")
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
    return Task(
      name: cells[0], files: cells[1].split(separator: ",").map(String.init), format: format,
      isQuestion: cells[3] == "question", loss: loss)
  }

  /// The tasks that `folder` or one below it holds, read, with their prompts in the form that the table asks for.
  package func sets(in folder: String) throws(FileError) -> [(task: Task, set: TaskSet)] {
    var sets: [(Task, TaskSet)] = []
    for (task, source) in try found(in: folder) {
      let set = try TaskSet(task.name, from: source, format: task.format)
      sets.append((task, task.isQuestion ? set.formed : set))
    }
    return sets
  }

  /// The tasks that `folder` or one below it holds, each with its file.
  package func found(in folder: String) throws(FileError) -> [(task: Task, source: TaskSource)] {
    let files = try filesBelow(folder)
    var found: [(Task, TaskSource)] = []
    for task in tasks {
      for pattern in task.files {
        let parts = pattern.split(separator: ":", maxSplits: 1).map(String.init)
        let fitting = files.filter { shellPattern(parts[0], fits: $0) }
        guard let file = fitting.first else { continue }
        guard fitting.count == 1 else {
          throw .content(
            path: fitting[1],
            problem: "is a file of \(task.name), as \(file) is, by \(path); keep one of them there")
        }
        found.append((task, TaskSource(path: file, member: parts.count > 1 ? parts[1] : nil)))
        break
      }
    }
    guard !found.isEmpty else {
      throw .content(path: folder, problem: "holds none of the files of \(path)")
    }
    return found
  }
}

/// Whether `name` can be a folder's name and a key everywhere.
func isPlainName(_ name: String) -> Bool {
  let isSafe = name.unicodeScalars.allSatisfy {
    ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0)
      || "-_.".unicodeScalars.contains($0)
  }
  return isSafe && !name.isEmpty && !name.hasPrefix(".")
}

/// All regular files of `folder` and those below it, in the order of their paths' bytes.
private func filesBelow(_ folder: String) throws(FileError) -> [String] {
  var files: [String] = []
  for name in try names(inFolder: folder) where !name.hasPrefix(".") {
    let path = folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
    if isFolder(path) { files += try filesBelow(path) } else if isFile(path) { files.append(path) }
  }
  return files
}
