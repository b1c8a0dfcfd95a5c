import Discovery
import Formats
import Storage

/// A parser that makes a document, its text and its domain, of a line.
struct DocumentParser: Sendable {
  private let domains: DomainTable
  private let selector: DomainSelector
  /// Where the text is: at the first of these that a line has.
  private let texts: [JSONFields.Path]

  init(domains: DomainTable, clusters: ClusterModel?, textField: String) {
    self.domains = domains
    selector = DomainSelector(domains, clusters: clusters)
    texts = textField.split(separator: ",").map { JSONFields.Path(String($0)) }
  }

  /// A file, or a file in an archive, that lines come from.
  struct Source {
    /// The index of the file in `Corpus.files`.
    let file: Int
    /// The path of the file, with the name inside an archive.
    let name: String
    /// The domain that all lines have by the path of their file, or nil.
    fileprivate let domain: Int?
  }

  func source(file: Int, name: String) -> Source {
    Source(file: file, name: name, domain: selector.domain(ofFile: name))
  }

  /// What a line turns out to be.
  enum Outcome: Sendable {
    case document(Corpus.Document)
    case empty
    case bad(FileError)
    case unknown(FileError)
  }

  func outcome(
    of line: LineReader.Line, from source: Source, _ json: JSONFields
  ) -> Outcome {
    func bad(_ problem: String, _ remedy: String = "correct it") -> Outcome {
      .bad(
        .content(
          path: source.name, place: "line \(line.number)",
          problem: "\(problem); \(remedy), or count such lines with --skip-bad-lines"))
    }
    guard let first = line.bytes.first(where: { !JSON.isSpace($0) }) else { return .empty }
    if let problem = json.parse(line.bytes) { return bad(problem) }
    guard first == UInt8(ascii: "{") else { return bad("is not a JSON object") }
    let domain: Int
    if let known = source.domain {
      domain = known
    } else {
      switch selector.domain(of: json) {
      case .domain(let known): domain = known
      case .bad(let problem):
        return bad(problem.what, problem.remedy)
      case .unknown(let what):
        return .unknown(
          .content(
            path: source.name, place: "line \(line.number)",
            problem:
              "\(what) is of no domain in \(domains.path); "
              + "add it there, or count such lines with --skip-unknown"))
      }
    }
    for path in texts {
      do throws(JSONFields.Missing) {
        let text = try json.string(at: path)
        return text.isEmpty
          ? .empty : .document(Corpus.Document(domain: domain, file: source.file, text: text))
      } catch .absent {
        continue
      } catch {
        return bad("\"\(path.name)\" is not a string")
      }
    }
    return bad(
      "has no field \(Self.list(texts.map(\.name), "or")), but \(Self.list(json.names, "and"))",
      "name the one with the text with --text-field, in make with TEXT_FIELD=")
  }

  /// The names in quotation marks, at most eight of them; `no other` where there are none.
  static func list(_ names: [String], _ last: String) -> String {
    let quoted = names.prefix(8).map { "\"\($0)\"" } + (names.count > 8 ? ["…"] : [])
    guard let end = quoted.last else { return "no other" }
    return quoted.count == 1 ? end : "\(quoted.dropLast().joined(separator: ", ")) \(last) \(end)"
  }
}
