import Discovery
import Formats
import Reuse
import Storage

func checkDomainTable(_ path: String) throws(FileError) { _ = try DomainTable(path) }

func checkClusters(_ path: String) throws(FileError) { _ = try ClusterFile(path) }

/// What is said of found domains: two or more, each once.
func checkFoundDomains(_ path: String) throws(FileError) {
  var seen: Set<String> = []
  let rows = try FoundDomains(path).rows
  guard rows.count > 1 else { throw .content(path: path, problem: "has no domains; make it again") }
  for row in rows where !seen.insert(row.domain).inserted {
    throw .content(path: path, problem: "domain \(row.domain) is there twice")
  }
}

func isDomainTable(_ line: String) -> Bool {
  let cells = line.split(separator: "\t", omittingEmptySubsequences: false)
  return cells.count >= 2 && cells[1].contains("=")
}

/// Whether `line` is of a table of what became of domains: two names, and a share or no domain.
func isLineageTable(_ line: String) -> Bool {
  let cells = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
  guard 2...4 ~= cells.count, cells.prefix(2).allSatisfy({ $0 == "-" || isPlainName($0) }) else {
    return false
  }
  return cells.dropFirst(2).allSatisfy { $0 == "-" || Double($0) != nil }
    && (cells.count > 2 || cells.contains("-"))
}

func checkLineageTable(_ path: String) throws(FileError) { _ = try LineageTable(path) }

/// Whether `line` is a token in base64, a space and a rank, as in files of tiktoken.
func isRank(_ line: String) -> Bool {
  let cells = line.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
  guard cells.count == 2, !cells[1].isEmpty else { return false }
  let signs = cells[0].prefix(while: isSignOfBase64)
  let padding = cells[0].dropFirst(signs.count)
  return !signs.isEmpty && padding.allSatisfy { $0 == UInt8(ascii: "=") }
    && cells[1].allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
}

private func isSignOfBase64(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
  case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"): true
  default: false
  }
}

/// Documents: valid JSON with a `text` on every line that is not blank.
func checkCorpus(_ path: String) throws(FileError) {
  let reader = try LineReader(path)
  let (json, text) = (JSONFields(), JSONFields.Path("text"))
  while let line = try reader.next() {
    guard !line.bytes.isEmpty else { continue }
    let place = "line \(line.number)"
    if let problem = json.parse(line.bytes) {
      throw .content(path: reader.name, place: place, problem: problem)
    }
    do { _ = try json.string(at: text) } catch {
      throw .content(path: reader.name, place: place, problem: "has no text")
    }
  }
}

/// What `build-corpus` says of the corpus that it made.
private struct CorpusManifest: Decodable {
  static let format = "corpus-manifest"
  static let version = 1

  struct Amount: Decodable {
    let documents: Int
    let bytes: Int
  }
  struct Source: Decodable {
    let domain: String
    let documents: Int
    let bytes: Int
  }

  let format: String
  let version: Int
  let domains: [String: Amount]
  let sources: [Source]
}

func checkCorpusManifest(_ path: String) throws(FileError) {
  let manifest = try JSON.decode(CorpusManifest.self, file: path)
  guard manifest.format == CorpusManifest.format, manifest.version == CorpusManifest.version else {
    throw .content(
      path: path,
      problem: "is a file of format \(manifest.format), version \(manifest.version), not "
        + "\(CorpusManifest.format), version \(CorpusManifest.version)")
  }
  for (domain, amount) in manifest.domains.sorted(by: { $0.key < $1.key }) {
    let sources = manifest.sources.filter { $0.domain == domain }
    guard sources.reduce(0, { $0 + $1.documents }) == amount.documents,
      sources.reduce(0, { $0 + $1.bytes }) == amount.bytes
    else {
      throw .content(path: path, place: domain, problem: "its amount is not that of its sources")
    }
  }
}
