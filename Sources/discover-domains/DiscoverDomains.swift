import ArgumentParser
import Discovery
import Formats
import Parallel
import Storage
import Tokenization
import ToolKit

@main
struct DiscoverDomains: Tool {
  static let configuration = CommandConfiguration(
    commandName: "discover-domains",
    abstract: "Find domains in raw text.",
    discussion: """
      Examples:
        discover-domains 0-corpus -k 3 -o found
        discover-domains 0-corpus --domains domains.tsv --within Prose=2 \\
          -o found

      Writes into the folder -o domains.tsv, a table of domains; clusters.zst, with which \
      `tokenize-shards --clusters` assigns any document, now or later, to the same domain; and, \
      last, report.jsonl, with each domain's text, words, samples and neighbours.

      Documents are placed by their words and signs (tf-idf, on the leading singular vectors of a \
      sample), and clustered by cosine. No cluster has less than --floor or more than --cap equal \
      shares of the sample's text. Each is named by words that tell it from the rest. The corpus \
      is read twice: for the sample, which does not depend on the order of files, and to count.

      --within NAME=k divides that domain of --domains and keeps the others. --cross divides \
      each by the same k clusters, and joins clusters with less than --least-share of all text to \
      the nearest one of the domain.

      --choose 4,8,16 writes no domains: it prints, for each number, how near documents are to \
      the centre of clusters that were found without them, and whether other documents give the \
      same clusters; -o is a picture.

      --groups 20 joins the domains to groups of like ones, in column 7 of the table: make trains \
      one expert for each group, on its domains by their text, and finds the weight of the group.

      With --vectors documents are placed by vectors of any model. The id of a document is the \
      SHA-256 of its text, the first 32 hexadecimal digits of it.
      """,
    version: projectVersion)

  @Argument(
    help: "Files of JSON lines, in any compression or archive, or folders of them.")
  var corpus: [String]
  @Option(
    name: .customShort("k", allowingJoined: true),
    help: .init("How many domains to find, or topics of --cross."))
  var count: Int?
  @Option(help: .init("Table of domains that are known, for --within, --cross.", valueName: "file"))
  var domains: String?
  @Option(
    parsing: .upToNextOption,
    help: .init("Domains to divide, and into how many.", valueName: "name=k"))
  var within: [String] = []
  @Flag(help: "Divide every domain of --domains by the same topics.") var cross = false
  @Option(help: "With --cross: the share of all text below which a domain is joined to another.")
  var leastShare = 0.01
  @Option(help: .init("Numbers of domains to compare, as 4,8,16.", valueName: "k,…"))
  var choose: String?
  @Option(
    help: .init(
      "With -k: join the domains to so many groups, each with one expert.", valueName: "count"))
  var groups: Int?
  @Option(
    help: .init(
      "Vectors of the documents: .npy with a file .ids beside it, or lines of id and vector.",
      valueName: "file"))
  var vectors: String?
  @Option(help: "The least that a domain has of the text, in equal shares.") var floor = 0.25
  @Option(help: "The most that a domain has of the text, in equal shares.") var cap = 3.0
  @Flag(help: "Documents count by their text where a centre is their mean; else each counts once.")
  var byText = false
  @Option(help: "Singular vectors to place documents by.") var dimensions = 64
  @Option(help: "Starts of the clustering, of which the best is kept.") var starts = 8
  @Option(help: "Text to find domains in, in bytes: a sample of the documents.")
  var sampleBytes = 128 << 20
  @OptionGroup var reading: CorpusOptions
  @OptionGroup var common: CommonOptions

  /// The most domains that are found in one text.
  private static let most = 1024

  var outputs: [PlannedOutput] {
    [choose == nil ? .folder(common.output) : .file(common.output)]
  }

  func validate() throws {
    guard [count != nil && !cross, !within.isEmpty, cross, choose != nil].count(where: { $0 }) == 1
    else { throw ValidationError("give one of -k, --within, --cross with -k, and --choose") }
    guard !cross || count != nil else { throw ValidationError("--cross needs -k") }
    guard (cross || !within.isEmpty) == (domains != nil) else {
      throw ValidationError("--domains goes with --within or --cross")
    }
    for k in try [count].compactMap({ $0 }) + divisions().map(\.clusters) + choices() {
      guard 2...Self.most ~= k else {
        throw ValidationError("\(k) domains cannot be found; ask for 2 to \(Self.most)")
      }
    }
    if let groups {
      guard let count, !cross, 2..<count ~= groups else {
        throw ValidationError("--groups goes with -k, and is from 2 to below it")
      }
    }
    guard 0..<1 ~= floor, cap > 1, cap.isFinite else {
      throw ValidationError("--floor must be at least 0 and below 1, --cap above 1")
    }
    guard 0..<1 ~= leastShare else {
      throw ValidationError("--least-share must be at least 0 and below 1")
    }
    guard 2...1024 ~= dimensions, 1...1000 ~= starts, sampleBytes > 0 else {
      throw ValidationError(
        "--dimensions must be from 2 to 1024, --starts from 1 to 1000, --sample-bytes positive")
    }
    guard choose != nil || common.output != "-" else {
      throw ValidationError("-o must name a folder")
    }
    if let stream = corpus.first(where: isStream) {
      throw ValidationError(
        "\(stream == "-" ? "standard input" : stream) cannot be read twice; give files")
    }
  }

  func run() throws {
    let pool = WorkerPool(threads: common.threadCount)
    let given = try given()
    if choose != nil { return try compareCounts(given, pool) }
    let samples = try samples(of: given, pool)
    let found = try samples.enumerated().map { index, sample in
      let group = given.groups[index]
      return try FoundClusters(
        in: sample, vectors: try vectors(of: sample), settings: settings(clusters: group.clusters),
        group: cross ? nil : group.name, pool: pool)
    }
    try write(try divided(given, found, pool), of: given, found, samples, pool)
  }

  /// The numbers of `--choose`.
  func choices() throws -> [Int] {
    guard let choose else { return [] }
    let numbers = choose.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count > 1, Set(numbers).count == numbers.count, !numbers.contains(nil) else {
      throw ValidationError("--choose \(choose): write different numbers, as 4,8,16")
    }
    return numbers.compactMap { $0 }.sorted()
  }

  /// The domains of `--within`, and into how many each is divided.
  func divisions() throws -> [(name: String, clusters: Int)] {
    let pairs = try within.map { text in
      let parts = text.split(separator: "=", omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty, let clusters = Int(parts[1]) else {
        throw ValidationError("--within \(text): write NAME=k")
      }
      return (name: String(parts[0]), clusters: clusters)
    }
    guard Set(pairs.map(\.name)).count == pairs.count else {
      throw ValidationError("--within names a domain twice")
    }
    return pairs
  }

  func settings(clusters: Int) -> FoundClusters.Settings {
    var settings = FoundClusters.Settings(clusters: clusters)
    (settings.dimensions, settings.starts) = (dimensions, starts)
    (settings.floor, settings.cap, settings.seed) = (floor, cap, common.seed)
    settings.byText = byText
    return settings
  }
}
