import ArgumentParser
import Formats
import Parallel
import Storage
import Tokenization
import ToolKit

@main
struct MeasureOverlap: Tool {
  static let configuration = CommandConfiguration(
    commandName: "measure-overlap",
    abstract: "Count how much of evaluation sets and targets stands in the training text.",
    discussion: """
      Examples:
        measure-overlap 1-tokens/*/ --tokenizer 1-tokens/tokenizer.json
        measure-overlap 1-tokens/*/{train,test}-*.tok.zst \\
          --tokenizer 1-tokens/tokenizer.json -o overlap.jsonl

      Files of the split train are training text, each of its domain; those of all others are \
      evaluation sets. Of each set and domain: how many of the set's runs of 13 words the domain \
      has, and in how many documents. A quarter of the runs is looked at, by hash. Nothing of a \
      held-out set should stand in its own domain but what everybody writes, such as licences; a \
      target that stands in a domain makes that domain win.
      """,
    version: projectVersion)

  @Argument(help: .init("Token files, or folders of them.", valueName: "file")) var tokens: [String]
  @Option(
    help: .init("tokenizer.json or rank file that they were made with.", valueName: "file"))
  var tokenizer: String
  @OptionGroup var common: CommonOptions

  func run() throws {
    let tokenizer = try Tokenizer(try TokenizerFile(self.tokenizer))
    let files = try distinctFiles(tokens.flatMap(tokenFiles)).map { try TokenFileReader($0) }
      .filter { $0.header.questions == nil }
    for file in files where file.header.tokenizer != tokenizer.sha256 {
      throw FileError.content(
        path: file.path,
        problem: "was made with another tokenizer than \(self.tokenizer); name the right one")
    }
    let training = grouped(files.filter { $0.header.split == Split.train.rawValue })
    let sets = grouped(files.filter { $0.header.split != Split.train.rawValue })
    guard !training.isEmpty, !sets.isEmpty else {
      throw UsageError("give token files of training text, and of what is evaluated")
    }
    let counter = OverlapCounter(
      tokenizer: tokenizer, pool: WorkerPool(threads: common.threadCount))
    for set in sets { try counter.addSet(set.files) }
    let output = try LineWriter(common.output)
    try output.write(
      JSON.encode(
        OverlapFile.Header(
          provenance: Provenance(
            format: OverlapFile.format, version: OverlapFile.version, tool: .measureOverlap,
            inputs: try files.map { try InputDigest(file: $0.path) }),
          tokenizer: tokenizer.sha256)))
    let progress = Progress(
      "compare", unit: "domains", total: training.count, options: common)
    for (done, domain) in training.enumerated() {
      for (set, overlap) in zip(sets, try counter.overlaps(with: domain.files)) {
        try output.write(
          JSON.encode(
            OverlapFile.Row(
              set: set.name, split: set.split, domain: domain.name, runs: overlap.runs,
              shared: overlap.shared, documents: overlap.documents)))
      }
      progress.update(done + 1)
    }
    progress.finish()
    try output.commit()
  }

  private func tokenFiles(_ path: String) throws(FileError) -> [String] {
    guard isFolder(path) else { return [path] }
    let found = try names(inFolder: path).filter { $0.hasSuffix(".tok.zst") }
    guard !found.isEmpty else { throw .content(path: path, problem: "has no .tok.zst files in it") }
    return found.map { "\(path)/\($0)" }
  }

  private struct Group {
    let name: String
    let split: String
    var files: [TokenFileReader]
  }

  /// The files of each domain or set and split, in the order of their first files.
  private func grouped(_ files: [TokenFileReader]) -> [Group] {
    var groups: [Group] = []
    for file in files {
      let (name, split) = (file.header.domain, file.header.split)
      if let index = groups.firstIndex(where: { $0.name == name && $0.split == split }) {
        groups[index].files.append(file)
      } else {
        groups.append(Group(name: name, split: split, files: [file]))
      }
    }
    return groups
  }
}
