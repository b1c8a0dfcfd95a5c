/// A property of characters that a pattern may name: a category, a script, or yes or no.
///
/// It knows how PCRE2 spells it, and which characters have it that PCRE2 does not know yet.
struct CharacterProperty: Hashable, Sendable {
  /// The property inside a class of PCRE2, as `\p{L}`.
  let spelling: String
  private let kind: Kind

  private enum Kind: Hashable {
    case categories([String])
    case script(String)
    case flag(Character)
    /// A property that no version of Unicode has changed since PCRE2's.
    case settled
  }

  private init(_ spelling: String, _ kind: Kind) { (self.spelling, self.kind) = (spelling, kind) }

  static func category(_ name: String) -> Self { Self("\\p{\(name)}", .categories([name])) }

  /// Whether PCRE2 knows the property of every character.
  var isSettled: Bool { kind == .settled }

  /// Whether a character of the table of newer characters has the property.
  func holds(_ character: NewerCharacter) -> Bool {
    switch kind {
    case .categories(let names): names.contains { character.category.hasPrefix($0) }
    case .script(let code): character.script == code
    case .flag(let flag): character.flags.contains(flag)
    case .settled: false
    }
  }

  /// The properties of which the class `name` is the union, as `\p{name}` spells it: without regard
  /// to case, spaces, `_` and `-`.
  static func union(_ name: String) -> [Self] {
    let plain = name.lowercased().filter { !" _-".contains($0) }
    if let parts = unions[plain] { return parts }
    // Anything else is taken for a script; PCRE2 says if there is none of that name.
    let code = NewerCharacter.scripts[plain] ?? (plain.prefix(1).uppercased() + plain.dropFirst())
    return [Self("\\p{sc:\(name)}", .script(code))]
  }

  private static let categoryNames = [
    "letter": "L", "mark": "M", "number": "N", "punctuation": "P", "symbol": "S", "separator": "Z",
    "other": "C", "punct": "P", "uppercaseletter": "Lu", "lowercaseletter": "Ll",
    "titlecaseletter": "Lt", "modifierletter": "Lm", "otherletter": "Lo", "nonspacingmark": "Mn",
    "spacingmark": "Mc", "enclosingmark": "Me", "decimalnumber": "Nd", "digit": "Nd",
    "letternumber": "Nl", "othernumber": "No", "connectorpunctuation": "Pc",
    "dashpunctuation": "Pd", "openpunctuation": "Ps", "closepunctuation": "Pe",
    "initialpunctuation": "Pi", "finalpunctuation": "Pf", "otherpunctuation": "Po",
    "mathsymbol": "Sm", "currencysymbol": "Sc", "modifiersymbol": "Sk", "othersymbol": "So",
    "spaceseparator": "Zs", "lineseparator": "Zl", "paragraphseparator": "Zp", "control": "Cc",
    "cntrl": "Cc", "format": "Cf", "privateuse": "Co", "unassigned": "Cn",
  ]

  private static let unions: [String: [Self]] = {
    var unions: [String: [Self]] = [:]
    for (name, code) in categoryNames {
      unions[name] = [category(code)]
      unions[code.lowercased()] = [category(code)]
    }
    let settled = { (spelling: String) in Self(spelling, .settled) }
    for (name, flag) in [
      ("Alphabetic", "A"), ("Uppercase", "U"), ("Lowercase", "L"), ("Ideographic", "I"),
      ("Unified_Ideograph", "H"), ("Emoji", "E"), ("Emoji_Presentation", "P"),
      ("Emoji_Modifier_Base", "B"),
    ] as [(String, Character)] {
      unions[name.lowercased().filter { $0 != "_" }] = [Self("\\p{\(name)}", .flag(flag))]
    }
    for name in ["White_Space", "Any", "Extended_Pictographic"] {
      unions[name.lowercased().filter { $0 != "_" }] = [settled("\\p{\(name)}")]
    }
    let alphabetic = unions["alphabetic", default: []]
    let visible = ["L", "M", "N", "P", "S", "Cf", "Co"].map(category)
    unions["lc"] = [Self("\\p{L&}", .categories(["Lu", "Ll", "Lt"]))]
    unions["alpha"] = alphabetic
    unions["alnum"] = alphabetic + [category("Nd")]
    unions["word"] = alphabetic + [category("M"), category("Nd"), category("Pc")]
    // Not inside a class, `\w` has six signs of Latin-1 besides: ² ³ ¹ ¼ ½ ¾.
    unions["wordalone"] =
      unions["word", default: []] + [settled("\\xb2\\xb3\\xb9\\xbc-\\xbe")]
    unions["upper"] = unions["uppercase"]
    unions["lower"] = unions["lowercase"]
    unions["space"] = unions["whitespace"]
    unions["blank"] = [category("Zs"), settled("\\t")]
    unions["graph"] = visible
    unions["print"] = visible + [category("Zs")]
    unions["assigned"] = visible + [category("Z"), category("Cc")]
    unions["ascii"] = [settled("\\x00-\\x7f")]
    unions["xdigit"] = [settled("0-9A-Fa-f")]
    return unions
  }()

  /// The properties of which `[[:name:]]` is the union, or nil; punctuation there has signs too.
  static func posix(_ name: String) -> [Self]? {
    let names = [
      "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "space",
      "upper", "xdigit", "word",
    ]
    if name == "punct" { return [category("P"), category("S")] }
    return names.contains(name) ? unions[name] : nil
  }
}
