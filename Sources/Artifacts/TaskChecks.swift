import Formats
import Storage
import Tasks

func checkQuestions(_ path: String) throws(FileError) { _ = try TaskSet.read([path]) }

func checkTaskTable(_ path: String) throws(FileError) { _ = try TaskTable(path) }

func isTaskTable(_ line: String) -> Bool {
  line.split(separator: "\t", omittingEmptySubsequences: false).count >= 3
}

func checkTargetTable(_ path: String) throws(FileError) { _ = try TargetTable(path) }

/// Prompts and answers: every line is such a pair, or blank.
func checkPairs(_ path: String) throws(FileError) {
  let reader = try LineReader(path)
  while let line = try reader.next() {
    _ = try TargetFiles.document(of: line, path: reader.name)
  }
}

func isTargetTable(_ line: String) -> Bool {
  let cells = line.split(separator: "\t", omittingEmptySubsequences: false)
  return cells.count == 2 && isPlainName(String(cells[0]))
    && cells[1].contains { "/.".contains($0) }
}

/// The scores of a model on tasks, or on every question of them: the second line tells which.
func checkTaskScores(_ path: String) throws(FileError) {
  let reader = try LineReader(path)
  _ = try reader.next()
  let second = try reader.next()
  if let second, JSON.keys(of: second.bytes)?.contains("predictions") == true {
    _ = try TaskDetailsFile(path)
    return
  }
  let file = try TaskScoresFile(path)
  for row in file.rows {
    let shares =
      (row.accuracy ?? [:]).values.map(\.mean)
      + [row.chance, row.greedy?.mean, row.exactMatch?.mean, row.f1?.mean].compactMap(\.self)
    guard row.questions > 0, shares.allSatisfy({ 0...1 ~= $0 }) else {
      throw .content(path: path, place: row.task, problem: "a share is not between 0 and 1")
    }
    try requireLosses(["the answers": row.answerLoss.nats], path: path, place: row.task)
  }
}
