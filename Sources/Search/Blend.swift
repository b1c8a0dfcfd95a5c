package import Mixtures
package import Storage

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
  /// - Throws: `BlendError` if the program would take a name for something else.
  package func text(
    _ mixture: Mixture, pattern: String = "{domain}"
  ) throws(BlendError) -> String {
    func place(_ domain: String) -> String {
      pattern.split(separator: "{domain}", omittingEmptySubsequences: false)
        .joined(separator: domain)
    }
    let domains = mixture.domains
    let used = domains.filter { mixture[$0] > 0 }
    for domain in used {
      // OLMo-core's paths are patterns: the user may write `*`, but a name may not bring it.
      let brought = self == .olmo ? domain : place(domain)
      if let sign = brought.unicodeScalars.first(where: isRefused) ?? flagSign(brought) {
        throw BlendError(blend: self, domain: domain, sign: sign)
      }
    }
    func weight(_ domain: String) -> String { number(mixture[domain]) }
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
      let equal = number(1 / Double(domains.count))
      func object(_ value: (String) -> String) -> String {
        domains.map { "    \(quoted($0)): \(value($0))" }.joined(separator: ",\n")
      }
      return "{\n  \"train_domain_weights\": {\n\(object(weight))\n  },\n"
        + "  \"eval_domain_weights\": {\n\(object { _ in equal })\n  "
        + "}\n}\n"
    }
  }

  /// Whether a sign in a domain's place has another meaning to the program, and no escape:
  /// Megatron-LM's list is words of a shell, OLMo-core's paths are patterns.
  private func isRefused(_ sign: Unicode.Scalar) -> Bool {
    switch self {
    case .megatron: sign.properties.isWhitespace || "\"'\\$`*?[]".unicodeScalars.contains(sign)
    case .olmo: "*?[]".unicodeScalars.contains(sign)
    case .litgpt, .doremi: false
    }
  }

  /// Returns the sign with which a word begins that Megatron-LM takes for a flag.
  private func flagSign(_ place: String) -> Unicode.Scalar? {
    self == .megatron && place.hasPrefix("-") ? "-" : nil
  }

  /// Returns a number that YAML takes for one too: it needs a point before an exponent.
  private func number(_ value: Double) -> String {
    let text = "\(value)"
    guard let exponent = text.firstIndex(of: "e"), !text.contains(".") else { return text }
    return text[..<exponent] + ".0" + text[exponent...]
  }

  /// Returns `text` as a string of JSON, which YAML reads too.
  private func quoted(_ text: String) -> String {
    let escaped = text.unicodeScalars.map { scalar -> String in
      switch scalar {
      case "\"": "\\\""
      case "\\": "\\\\"
      case _ where scalar.value < 0x20 || 0x7F..<0xA0 ~= scalar.value:
        "\\u00" + (scalar.value < 0x10 ? "0" : "") + String(scalar.value, radix: 16)
      case "\u{2028}", "\u{2029}", "\u{FEFF}", "\u{FFFE}", "\u{FFFF}":
        "\\u" + String(scalar.value, radix: 16)
      default: String(scalar)
      }
    }
    return "\"\(escaped.joined())\""
  }
}

/// A domain whose name another program would take for something else.
package struct BlendError: ReportableError {
  let blend: Blend
  let domain: String
  let sign: Unicode.Scalar

  package var kind: FailureKind { .badData }

  package var message: String {
    "--export \(blend.rawValue): domain \(domain): \(blend.rawValue) would not read the sign "
      + "\(sign.escaped(asASCII: false).debugDescription) as part of a name; rename the domain"
  }
}
