import Storage
import TestSupport

/// Three small domains of made-up text, each with its own words, as SlimPajama files.
enum FixtureCorpus {
  static let domains = ["Code", "Maths", "Prose"]

  static let domainTable = domains.map { "\($0)\tmeta.redpajama_set_name=Fixture\($0)\n" }.joined()

  static let natural = #"{"id":"natural","weights":{"Code":0.25,"Maths":0.25,"Prose":0.5}}"#

  static let baselines = """
    \(natural)
    {"id":"uniform","weights":{"Code":0.3334,"Maths":0.3333,"Prose":0.3333}}

    """

  /// The questions of two tasks; one context is longer than the fixture models' 16 tokens.
  static let questions = """
    {"task":"old","context":"the house was","choices":["old","basis"],"answer":0}
    {"task":"old","context":"let proof","choices":["river","sum","ring"],"answer":1}
    {"task":"last","context":"the river and a house were old when she came home to see it again",\
    "choices":["with her"],"answer":0}

    """

  private static let words = [
    "Code":
      "func return let var import struct while guard print index value array string count map",
    "Maths":
      "lemma proof let integral sum limit group ring field kernel basis norm space bound set",
    "Prose": "the river and a house were old when she came home to see it again with her friend",
  ].mapValues { $0.split(separator: " ").map(String.init) }

  /// Texts of a target, by the names of their files, and prompts with answers of another.
  static let notes = (0..<8).map { file in
    let lines = (0..<60).map { line in
      let prose = words["Prose"]?[(line * 7 + file) % 16] ?? ""
      return "\(prose) \(words["Maths"]?[(line + file) % 15] ?? "")"
    }
    return ("\(file).txt", lines.joined(separator: file % 2 == 0 ? " " : "\n"))
  }
  static let asked = (0..<60).map { line in
    #"{"prompt":"what is \#(line)","answer":"the house of \#(line * line) and the river \#(line)"}"#
      + "\n"
  }.joined()

  static func line(domain: String, text: String) -> String {
    #"{"text":"\#(text)","meta":{"redpajama_set_name":"Fixture\#(domain)"}}"#
  }

  /// Writes two files, whose lines take the domains in turn: 300 documents of 20 to 60 words.
  static func write(to folder: String) throws {
    try createFolder(folder)
    var random = TestBits(seed: 1)
    for file in 0..<2 {
      let writer = try LineWriter("\(folder)/chunk-\(file).jsonl.zst")
      for document in 0..<150 {
        let domain = domains[document % domains.count]
        let known = words[domain] ?? []
        let count = 20 + random.index(below: 41)
        let text = (0..<count).map { _ in known[random.index(below: known.count)] }
        try writer.write(line(domain: domain, text: text.joined(separator: " ")))
      }
      try writer.commit()
    }
  }
}
