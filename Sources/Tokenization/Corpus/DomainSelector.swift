import Discovery
import Formats
import Storage

/// The selectors of a domain table, which decide which domain a line of the corpus belongs to.
struct DomainSelector: Sendable {
  private let table: DomainTable
  /// The domain of each value of each field that selects one.
  private let fields: [(path: JSONFields.Path, domains: [[UInt8]: Int])]
  private let globs: [(pattern: String, domain: Int)]
  /// What takes the documents that nothing else does, or nil.
  private let rest: Int?

  /// - Parameter clusters: The model that assigns documents to the clusters of the table, or nil.
  ///   Those of its groups get the number of the group behind those of the domains.
  init(_ table: DomainTable, clusters: ClusterModel?) {
    self.table = table
    var fields: [String: [[UInt8]: Int]] = [:]
    var globs: [(String, Int)] = []
    for (index, domain) in table.domains.enumerated() {
      switch domain.selector {
      case .field(let field, let value): fields[field, default: [:]][Array(value.utf8)] = index
      case .path(let glob): globs.append((glob, index))
      case .cluster: break
      }
    }
    var rest: Int?
    for (index, group) in (clusters?.groups ?? []).enumerated() {
      let number = table.domains.count + index
      switch group.selector {
      case .field(let field, let value): fields[field, default: [:]][Array(value.utf8)] = number
      case .path(let glob): globs.append((glob, number))
      case .cluster, nil: rest = number
      }
    }
    self.rest = rest
    self.fields = fields.sorted { $0.key < $1.key }.map { (JSONFields.Path($0.key), $0.value) }
    self.globs = globs
  }

  enum Answer {
    case domain(Int)
    /// No line of the table fits; what the document has instead.
    case unknown(String)
    /// The document lacks what the table asks for, and what to do about it.
    case bad((what: String, remedy: String))
  }

  /// The domain that every line of `file` has by its path, or nil.
  func domain(ofFile file: String) -> Int? {
    globs.first { shellPattern($0.pattern, fits: file) }?.domain
  }

  /// The domain of the line that `json` has parsed, by its fields.
  func domain(of json: JSONFields) -> Answer {
    var unknown: String?
    for (path, domains) in fields {
      do throws(JSONFields.Missing) {
        let value = try json.string(at: path)
        if let domain = domains[value] { return .domain(domain) }
        unknown = "\(path.name) \"\(String(decoding: value.prefix(100), as: UTF8.self))\""
      } catch .absent {
        continue
      } catch {
        if rest == nil { return .bad(("\"\(path.name)\" is not a string", "correct it")) }
      }
    }
    if let rest { return .domain(rest) }
    if let unknown { return .unknown(unknown) }
    return fields.isEmpty
      ? .unknown("this path")
      : .bad(
        (
          "has no field \(DocumentParser.list(fields.map(\.path.name), "or")), by which "
            + "\(table.path) tells domains, but \(DocumentParser.list(json.names, "and"))",
          "give a table of the domains of this corpus with --domains, in make with DOMAINS="
        ))
  }
}
