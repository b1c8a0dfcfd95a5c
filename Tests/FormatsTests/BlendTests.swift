import Formats
import Mixtures
import Search
import Storage
import Testing

/// What other programs read, with weights by name.
struct BlendTests {
  private let mixture: Mixture

  init() throws { mixture = try Mixture(["Book": 0.25, "ArXiv": 0.75, "C4": 0]) }

  @Test func `Megatron's data path`() throws {
    #expect(
      try Blend.megatron.text(mixture, pattern: "/data/{domain}_document")
        == "0.75 /data/ArXiv_document 0.25 /data/Book_document\n")
  }

  @Test func `OLMo-core's source configurations`() throws {
    #expect(
      try Blend.olmo.text(mixture, pattern: "/data/{domain}/*.npy") == """
        source_configs:
          - source_name: "ArXiv"
            target_ratio: 0.75
            paths: ["/data/ArXiv/*.npy"]
          - source_name: "Book"
            target_ratio: 0.25
            paths: ["/data/Book/*.npy"]

        """)
  }

  @Test func `lit-gpt's pairs of prefix and weight`() throws {
    #expect(try Blend.litgpt.text(mixture) == "[\n  [\"ArXiv\", 0.75],\n  [\"Book\", 0.25]\n]\n")
  }

  @Test func `DoReMi's domain weights, zeros included`() throws {
    struct File: Decodable {
      var train_domain_weights: [String: Double]
      var eval_domain_weights: [String: Double]
    }
    let file = try JSON.decode(
      File.self, from: Array(try Blend.doremi.text(mixture).utf8), path: "doremi")
    #expect(file.train_domain_weights == mixture.byName)
    #expect(file.eval_domain_weights.values.allSatisfy { $0 == 1.0 / 3 })
  }

  @Test func `odd paths are quoted`() throws {
    let text = try Blend.litgpt.text(Mixture(["a": 1]), pattern: "x\"\\\u{1}/{domain}/{domain}")
    let bytes = Array(text.split(separator: "\n")[1].utf8)
    struct Pair: Decodable {
      let path: String
      init(from decoder: any Decoder) throws {
        var values = try decoder.unkeyedContainer()
        path = try values.decode(String.self)
      }
    }
    #expect(try JSON.decode(Pair.self, from: bytes, path: "").path == "x\"\\\u{1}/a/a")
  }

  @Test(arguments: ["lang=en", "C++", "s2pdfv1:software", "<b>", "a#b", "100%", "\u{e9}"])
  func `names with signs are exported to all`(name: String) throws {
    let mixture = try Mixture([name: 0.5, "b": 0.5])
    #expect(try Blend.megatron.text(mixture).contains("0.5 \(name)"))
    for blend in [Blend.olmo, .litgpt, .doremi] {
      #expect(try blend.text(mixture).contains("\"\(name)\""))
    }
  }

  @Test(arguments: ["a b", "a\tb", "\"q\"", "it's", "a\nb", "$HOME", "`x`", "*", "-x", "a\u{a0}b"])
  func `names that would be other words of Megatron's list are refused`(name: String) throws {
    let mixture = try Mixture([name: 0.5, "b": 0.5])
    let error = try #require(throws: BlendError.self) { try Blend.megatron.text(mixture) }
    #expect(
      error.kind == .badData && error.message.hasPrefix("--export megatron: domain \(name): "))
    for blend in [Blend.litgpt, .doremi] { #expect(throws: Never.self) { try blend.text(mixture) } }
  }

  @Test func `a name brings no pattern into OLMo-core's paths, but the user may`() throws {
    let mixture = try Mixture(["a*": 1])
    #expect(throws: BlendError.self) { try Blend.olmo.text(mixture) }
    #expect(throws: Never.self) {
      try Blend.olmo.text(Mixture(["a": 1]), pattern: "{domain}/*.npy")
    }
  }

  @Test func `a small weight is a number to YAML too, and odd signs are escaped`() throws {
    let mixture = try Mixture(["a": 0x1p-17, "b": 1 - 0x1p-17])
    #expect(try Blend.olmo.text(mixture).contains("target_ratio: 7.62939453125e-06\n"))
    let rare = try Mixture(["a": 0.00001, "b": 0.99999])
    #expect(try Blend.olmo.text(rare).contains("target_ratio: 1.0e-05\n"))
    let odd = try Mixture(["a\u{7f}\u{85}\u{2028}\nb": 1])
    #expect(try Blend.olmo.text(odd).contains(#""a\u007f\u0085\u2028\u000ab""#))
  }
}
