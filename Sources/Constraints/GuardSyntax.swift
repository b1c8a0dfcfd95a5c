import Storage

/// A bound on a predicted loss, written as `Github <= natural + 0.02`.
///
///     guard    = name ("<=" | ">=") right
///     right    = (name | number) [("+" | "-") number]
///     several  = guard {";" guard}
///
/// Parts are separated by spaces, which are needed around `+` and `-` alone, as names have these
/// signs in them. A name in double quotes may have any others: `"my set" <= "mixture 1"`.
package struct GuardText: Equatable, Sendable, CustomStringConvertible {
  package enum Side: String, Sendable {
    case atMost = "<="
    case atLeast = ">="
  }

  /// What the loss is compared with, before the offset.
  package enum Reference: Equatable, Sendable {
    /// The loss of the mixture of that name.
    case mixture(String)
    /// A loss in nats per token.
    case number(Double)
  }

  /// The name of a set or of an objective.
  package let left: String
  package let side: Side
  package let reference: Reference
  /// The nats per token that are added to the reference.
  package let offset: Double

  /// Why a text is no guard.
  package struct Malformed: Error, Equatable, CustomStringConvertible {
    package let description: String
  }

  /// Parses guards that are separated by semicolons, of which the last may end in one.
  ///
  /// - Throws: `Malformed` where one is no guard, or there is none.
  package static func list(_ text: String) throws(Malformed) -> [GuardText] {
    var parts: [[Token]] = [[]]
    for token in try tokens(text) {
      if token == .semicolon { parts.append([]) } else { parts[parts.count - 1].append(token) }
    }
    if parts.count > 1, parts.last == [] { parts.removeLast() }
    var guards: [GuardText] = []
    for part in parts { guards.append(try GuardText(part)) }
    return guards
  }

  private init(_ tokens: [Token]) throws(Malformed) {
    let shape = "a guard is NAME <= MIXTURE + NATS, with >=, - or a number as well"
    guard tokens.count == 3 || tokens.count == 5, let left = tokens[0].name,
      case .side(let side) = tokens[1], let right = tokens[2].name
    else { throw Malformed(description: shape) }
    (self.left, self.side) = (left, side)
    let number = tokens[2] == .word(right) ? decimal(right) : nil
    reference = number.map { .number($0) } ?? .mixture(right)
    guard tokens.count == 5 else {
      offset = 0
      return
    }
    guard case .word(let sign) = tokens[3], ["+", "-"].contains(sign),
      case .word(let text) = tokens[4], let nats = decimal(text)
    else { throw Malformed(description: shape) }
    offset = sign == "+" ? nats : -nats
  }

  package var description: String {
    let right =
      switch reference {
      case .mixture(let name): decimal(name) == nil ? Self.quoted(name) : "\"\(name)\""
      case .number(let number): Self.short(number)
      }
    let change = offset == 0 ? "" : " \(offset < 0 ? "-" : "+") \(Self.short(abs(offset)))"
    return "\(Self.quoted(left)) \(side.rawValue) \(right)\(change)"
  }

  /// Returns a number as a person writes it: 2 and not 2.0.
  private static func short(_ number: Double) -> String {
    let text = "\(number)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  private static func quoted(_ name: String) -> String {
    let isPlain = !name.contains { " \t\";<>=".contains($0) } && !["", "+", "-"].contains(name)
    return isPlain ? name : "\"\(name)\""
  }
}

// MARK: Tokens

extension GuardText {
  private enum Token: Equatable {
    case word(String)
    case quoted(String)
    case side(Side)
    case semicolon

    var name: String? {
      switch self {
      case .word(let name): ["+", "-"].contains(name) ? nil : name
      case .quoted(let name): name
      default: nil
      }
    }
  }

  private static func tokens(_ text: String) throws(Malformed) -> [Token] {
    var tokens: [Token] = []
    var rest = text[...]
    while let first = rest.first {
      if first.isWhitespace {
        rest.removeFirst()
      } else if first == ";" {
        tokens.append(.semicolon)
        rest.removeFirst()
      } else if first == "\"" {
        let inside = rest.dropFirst()
        guard let end = inside.firstIndex(of: "\""), end != inside.startIndex else {
          throw Malformed(description: "a quoted name does not end, or is empty")
        }
        tokens.append(.quoted(String(inside[..<end])))
        rest = inside[inside.index(after: end)...]
      } else if first == "<" || first == ">" {
        guard let side = Side(rawValue: String(rest.prefix(2))) else {
          throw Malformed(description: "\(first) alone is no comparison; write \(first)=")
        }
        tokens.append(.side(side))
        rest = rest.dropFirst(2)
      } else {
        let word = rest.prefix { !$0.isWhitespace && !";\"<>".contains($0) }
        tokens.append(.word(String(word)))
        rest = rest.dropFirst(word.count)
      }
    }
    return tokens
  }
}
