package import Mixtures

/// The format in which another training program takes a mixture, with domains by name.
package enum Blend: String, CaseIterable, Sendable {
  /// A line for Megatron-LM's `--data-path`, with weight and prefix in turn.
  case megatron
  /// OLMo-core's `SourceMixtureConfig`s in YAML, as Olmix names sources.
  case olmo
  /// Pairs of prefix and weight in JSON, as lit-gpt's `train_data_config` lists them.
  case litgpt
  /// DoReMi's domain weights in JSON: the mixture for training, and equal weights for evaluation.
  case doremi

  /// Returns the mixture in this format.
  ///
  /// - Parameters:
  ///   - mixture: The weights; those of 0 are left out where a program would refuse them.
  ///   - pattern: The text that stands for a domain's data; `{domain}` in it is the name.
  package func text(_ mixture: Mixture, pattern: String = "{domain}") -> String {
    func place(_ domain: String) -> String {
      pattern.split(separator: "{domain}", omittingEmptySubsequences: false)
        .joined(separator: domain)
    }
    let domains = mixture.domains
    let used = domains.filter { mixture[$0] > 0 }
    func weight(_ domain: String) -> String { "\(mixture[domain])" }
    switch self {
    case .megatron:
      return used.map { "\(weight($0)) \(place($0))" }.joined(separator: " ") + "\n"
    case .olmo:
      return "source_configs:\n"
        + used.map {
          "  - source_name: \(quoted($0))\n    target_ratio: \(weight($0))\n"
            + "    paths: [\(quoted(place($0)))]\n"
        }.joined()
    case .litgpt:
      return "[\n"
        + used.map { "  [\(quoted(place($0))), \(weight($0))]" }.joined(separator: ",\n") + "\n]\n"
    case .doremi:
      func object(_ value: (String) -> String) -> String {
        domains.map { "    \(quoted($0)): \(value($0))" }.joined(separator: ",\n")
      }
      return "{\n  \"train_domain_weights\": {\n\(object(weight))\n  },\n"
        + "  \"eval_domain_weights\": {\n\(object { _ in "\(1 / Double(domains.count))" })\n  "
        + "}\n}\n"
    }
  }

  /// Returns `text` as a string of JSON, which YAML reads too.
  private func quoted(_ text: String) -> String {
    let escaped = text.unicodeScalars.map { scalar -> String in
      switch scalar {
      case "\"": "\\\""
      case "\\": "\\\\"
      case _ where scalar.value < 0x20:
        "\\u00" + (scalar.value < 0x10 ? "0" : "") + String(scalar.value, radix: 16)
      default: String(scalar)
      }
    }
    return "\"\(escaped.joined())\""
  }
}
