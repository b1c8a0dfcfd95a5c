import Formats
import Mixtures
import Search
import Storage
import Testing

/// What other programs read, with weights by name.
struct BlendTests {
  private let mixture: Mixture

  init() throws { mixture = try Mixture(["Book": 0.25, "ArXiv": 0.75, "C4": 0]) }

  @Test func `Megatron's data path`() {
    #expect(
      Blend.megatron.text(mixture, pattern: "/data/{domain}_document")
        == "0.75 /data/ArXiv_document 0.25 /data/Book_document\n")
  }

  @Test func `OLMo-core's source configurations`() {
    #expect(
      Blend.olmo.text(mixture, pattern: "/data/{domain}/*.npy") == """
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
    #expect(Blend.litgpt.text(mixture) == "[\n  [\"ArXiv\", 0.75],\n  [\"Book\", 0.25]\n]\n")
  }

  @Test func `DoReMi's domain weights, zeros included`() throws {
    struct File: Decodable {
      var train_domain_weights: [String: Double]
      var eval_domain_weights: [String: Double]
    }
    let file = try JSON.decode(
      File.self, from: Array(Blend.doremi.text(mixture).utf8), path: "doremi")
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
}
