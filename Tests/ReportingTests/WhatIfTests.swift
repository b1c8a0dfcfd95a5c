import Foundation
import Mixtures
import Storage
import TestSupport
import Testing
@testable import Reporting
@testable import Search

@Suite struct WhatIfPage {
  /// Three domains; the value of a weight w of each is a curve of its own.
  private static let weights = [0, 0.01, 0.04, 0.09, 0.25, 0.5, 0.81, 0.95, 1]
  private static let base = [0.5, 0.25, 0.25]

  /// It is 3 for every domain where the proposal is.
  private static func curve(_ domain: Int, _ weight: Double) -> Double {
    func bend(_ weight: Double) -> Double {
      Double(domain + 1) * 0.2 * log(weight + 0.1) - 0.5 * weight
    }
    return 3 + bend(weight) - bend(base[domain])
  }

  private static func profile(_ domain: Int) -> WhatIf.Profile {
    WhatIf.Profile(
      domain: "d\(domain)", weights: weights,
      values: weights.map { [curve(domain, $0), 2 * curve(domain, $0)] },
      radii: weights.map { [0.1 + 0.05 * $0, nil] },
      apart: weights.map { [0.08 + 0.1 * abs($0 - base[domain]), nil] },
      excesses: weights.map { [$0 - 0.6] })
  }

  private static let pair: WhatIf.Pair = {
    let levels = [[0, 0.1, 0.5, 0.9], [0, 0.1, 0.25, 0.6, 0.9]]
    func more(_ a: Double, _ b: Double) -> [Double] {
      let (first, second) = (a - base[0], b - base[1])
      return [0.3 * first * second, 0.1 * first]
    }
    return WhatIf.Pair(
      profiles: [0, 1], levels: levels,
      values: levels[0].map { a in levels[1].map { b in more(a, b) } })
  }()

  private static let whatIf: WhatIf = {
    let places = [("proposal", base), ("</script><b>", [0.2, 0.4, 0.4])].map { id, weights in
      WhatIf.Place(
        id: id, weights: weights, values: [curve(0, base[0]), 2 * curve(0, base[0])],
        radii: [0.1, nil], apart: [0, nil])
    }
    return WhatIf(
      objective: Objective(name: "avg-sp", criteria: [["d0": 1]]), family: "law", sets: ["d0"],
      domains: ["d0", "d1", "d2"], epochsAtFullWeight: [1, 2, 3], trainTokens: 1e6,
      mixtures: places, profiles: [profile(0), profile(1)], pairs: [pair],
      bounds: [
        .init(
          name: "d0", coefficients: ["d0": 1], minimum: 0.1, maximum: 0.6,
          least: "the least of any run", most: "the most of any run"),
        .init(
          name: "d0+d1", coefficients: ["d0": 1, "d1": 1], minimum: nil, maximum: 0.8, least: "",
          most: "the most allowed"),
      ], unchecked: "KL distance to natural", guards: ["d0 <= natural"],
      errors: .init(one: 0.0012, two: 0.034, radius: 0.061, draws: 60))
  }()

  /// What the page's script answers, as far as it is compared.
  private struct Answer: Decodable {
    var weights: [Double]?
    var values: [Double]?
    var radii: [Double?]?
    var apart: [Double?]?
    var broken: [String]?
    var problem: String?
  }

  private static let node = ["/usr/bin/node", "/usr/bin/nodejs", "/usr/local/bin/node"]
    .first { FileManager.default.isExecutableFile(atPath: $0) }

  /// Asks the script for predictions with other weights of some domains, by their places.
  private func answers(_ changes: [[Int: Double]]) throws -> [Answer] {
    let folder = try TemporaryFolder()
    let questions = changes.map { change in
      "{" + change.sorted { $0.key < $1.key }.map { "\($0): \($1)" }.joined(separator: ",") + "}"
    }
    let script = """
      \(WhatIfScript.predictions)
      const data = \(String(decoding: JSON.encode(Self.whatIf), as: UTF8.self));
      const answers = [\(questions.joined(separator: ","))].map(c => whatIf.predict(data, c));
      console.log(JSON.stringify(answers));
      """
    let process = Process()
    process.executableURL = URL(filePath: try #require(Self.node))
    process.arguments = [try folder.write("ask.js", script)]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return try JSONDecoder().decode([Answer].self, from: bytes)
  }

  @Test(.enabled(if: node != nil, "the Debian package nodejs is not installed"))
  func `the script reads profiles as the library does, and adds up several changes`() throws {
    let single = [0, 0.04, 0.3, 0.777, 1].map { [0: $0] } + [[1: 0.6]]
    let pairs = [[0: 0.3, 1: 0.4], [0: 0.7, 1: 0.05], [0: 0.0, 1: 0.25]]
    let answers = try answers([[:]] + single + pairs)
    #expect(answers[0].values == Self.whatIf.mixtures[0].values && answers[0].weights == Self.base)
    for (change, answer) in zip(single + pairs, answers.dropFirst()) {
      let sum = change.values.reduce(0, +)
      let left = 1 - change.keys.reduce(0) { $0 + Self.base[$1] }
      let scale = (1 - sum) / left
      let alone = change.reduce(into: [Int: Double]()) { alone, change in
        let u = change.value / scale
        alone[change.key] = u / (1 - Self.base[change.key] + u)
      }
      let expected = Self.whatIf.read(change.count == 1 ? change : alone)
      let values = try #require(answer.values)
      for (value, other) in zip(values, expected) { #expect(abs(value - other) < 1e-12) }
      for (i, weight) in try #require(answer.weights).enumerated() {
        #expect(abs(weight - (change[i] ?? Self.base[i] * scale)) < 1e-12)
      }
      let radius = try #require(Self.whatIf.radius(change.count == 1 ? change : alone))
      let (radii, apart) = (try #require(answer.radii), try #require(answer.apart))
      #expect(abs((apart[0] ?? 0) - radius) < 1e-12 && apart[1] == nil && radii[1] == nil)
    }
  }

  @Test(.enabled(if: node != nil, "the Debian package nodejs is not installed"))
  func `the script says what breaks, and what no mixture is`() throws {
    let answers = try answers([
      [0: 0.81], [0: 0.05], [0: 0.58, 1: 0.3], [0: 0.7, 1: 0.5], [0: 0.3],
    ])
    #expect(
      answers[0].broken == [
        "d0 0.8100 is 0.2100 above the most of any run, 0.6000",
        "d0+d1 0.9050 is 0.1050 above the most allowed, 0.8000", "d0 <= natural, by 0.2100 nats",
      ])
    #expect(answers[1].broken == ["d0 0.0500 is 0.0500 below the least of any run, 0.1000"])
    #expect(answers[2].broken?.first == "d0+d1 0.8800 is 0.0800 above the most allowed, 0.8000")
    #expect(answers[3].problem == "The weights sum to 120.0 %.")
    #expect(answers[4].broken == [])
  }

  @Test func `reading a profile is exact at its weights and near between them`() {
    let profile = Self.profile(1)
    for weight in Self.weights {
      #expect(abs(profile.read(weight)[0] - Self.curve(1, weight)) < 1e-12)
    }
    for weight in [0.02, 0.16, 0.36, 0.64] {
      #expect(abs(profile.read(weight)[0] - Self.curve(1, weight)) < 0.01)
    }
  }

  @Test func `the section reads whole without script, and no name ends its data`() {
    let html = WhatIfSection(whatIf: Self.whatIf, run: "mine").html.description
    #expect(html.contains("<th scope=row dir=auto>d1</th>") && html.contains("within 0.0012 nats"))
    #expect(html.contains("with two within 0.034 in nine of ten of 60 mixtures"))
    #expect(html.contains("of a difference within 6 % as often"))
    #expect(html.contains("Not checked here: KL distance to natural."))
    #expect(html.contains(" RUN=mine") && html.contains("hidden"))
    #expect(html.ranges(of: "</script>").count == 1 && html.contains("\\u003c/script>"))
  }

  @Test func `a file that lacks a number is refused`() {
    #expect(Self.whatIf.problem == nil)
    var (short, unsorted) = (Self.whatIf, Self.whatIf)
    short.profiles[0].values.removeLast()
    unsorted.profiles[1].weights.swapAt(0, 1)
    #expect(short.problem != nil && unsorted.problem != nil)
  }
}
