import Foundation
import Glibc
import Storage
import TestSupport

/// How a run of a tool ended, and what it said.
struct ToolRun {
  enum End: Equatable {
    case exit(Int32)
    /// The run was killed, or crashed.
    case signal(Int32)
  }

  /// Where standard output goes.
  enum Output {
    case captured
    /// A pipe that nobody reads any more.
    case closed
    /// A device that is full.
    case full
  }

  /// When a run is killed, with signal 9 where no other is named.
  enum Kill {
    case after(seconds: Double)
    /// The run is killed as soon as this file exists.
    case onceThere(String, signal: Int32 = SIGKILL)
    /// The run is killed as soon as a half-written file is in the folder.
    case whileWriting(into: String)
  }

  let end: End
  let output: String
  let error: String
  let seconds: Double

  /// The tools lie beside the tests that were built with them.
  static let binaries = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().path

  /// Runs `tool` in the folder `directory` and waits for its end, 60 seconds at most.
  init(
    _ tool: String, _ arguments: [String], directory: String, input: [UInt8] = [],
    output: Output = .captured, kill: Kill? = nil
  ) throws {
    let files = try StandardFiles(input: input)
    let start = ContinuousClock.now
    let process = try files.spawn(
      "\(Self.binaries)/\(tool)", arguments, directory: directory, output: output)
    var elapsed: Double { (ContinuousClock.now - start) / .seconds(1) }
    var status: Int32 = 0
    while unsafe waitpid(process, &status, WNOHANG) == 0 {
      if elapsed > 60 || kill?.isDue(at: elapsed) == true {
        _ = Glibc.kill(process, elapsed > 60 ? SIGKILL : kill?.signal ?? SIGKILL)
      }
      usleep(500)
    }
    seconds = elapsed
    let signal = status & 0x7f
    end = signal == 0 ? .exit(status >> 8 & 0xff) : .signal(signal)
    self.output = String(decoding: try files.bytes(1), as: UTF8.self)
    error = String(decoding: try files.bytes(2), as: UTF8.self)
  }
}

extension ToolRun.Kill {
  fileprivate var signal: Int32 {
    if case .onceThere(_, let signal) = self { signal } else { SIGKILL }
  }

  fileprivate func isDue(at elapsed: Double) -> Bool {
    switch self {
    case .after(let seconds): elapsed >= seconds
    case .onceThere(let file, _): FileManager.default.fileExists(atPath: file)
    case .whileWriting(let folder):
      (try? FileManager.default.subpathsOfDirectory(atPath: folder))?
        .contains { $0.contains(".partial-") } == true
    }
  }
}

/// Standard input, output and error of a process as files, so that no pipe has to be emptied
/// meanwhile.
private final class StandardFiles {
  private let folder: TemporaryFolder

  init(input: [UInt8]) throws {
    folder = try TemporaryFolder()
    for (number, content) in [input, [], []].enumerated() {
      try folder.write("\(number)", content)
    }
  }

  private func path(_ descriptor: Int) -> String { folder.file("\(descriptor)") }

  func bytes(_ descriptor: Int) throws -> [UInt8] { try folder.bytes("\(descriptor)") }

  /// The writing end of a pipe that no other process can inherit, and whose reading end is closed.
  private func pipeWithoutReader() throws -> Int32 {
    let name = folder.file("pipe")
    unsafe mkfifo(name, 0o600)
    let reader = unsafe open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    defer { close(reader) }
    let writer = unsafe open(name, O_WRONLY | O_CLOEXEC)
    guard reader >= 0, writer >= 0 else { throw POSIXError(.EPIPE) }
    return writer
  }

  func spawn(
    _ path: String, _ arguments: [String], directory: String, output: ToolRun.Output
  ) throws -> pid_t {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, 0, self.path(0), O_RDONLY, 0)
    unsafe posix_spawn_file_actions_addopen(&actions, 2, self.path(2), O_WRONLY, 0)
    var pipe: Int32 = -1
    defer { if pipe >= 0 { close(pipe) } }
    switch output {
    case .captured:
      unsafe posix_spawn_file_actions_addopen(&actions, 1, self.path(1), O_WRONLY, 0)
    case .full: unsafe posix_spawn_file_actions_addopen(&actions, 1, "/dev/full", O_WRONLY, 0)
    case .closed:
      pipe = try pipeWithoutReader()
      unsafe posix_spawn_file_actions_adddup2(&actions, pipe, 1)
    }
    // `env -C` changes the folder and becomes the tool; help is as wide as COLUMNS says.
    let command = ["env", "-u", "COLUMNS", "-C", directory, path] + arguments
    var words = unsafe command.map { unsafe strdup($0) } + [nil]
    defer { for index in unsafe words.indices { unsafe free(words[index]) } }
    var process: pid_t = 0
    let code = unsafe posix_spawn(&process, "/usr/bin/env", &actions, nil, &words, environ)
    guard code == 0 else { throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EINVAL) }
    return process
  }
}
