/// A part of another program's configuration that knows which settings it understands.
package protocol KnownSettings: Decodable {
  /// Whether the setting is honoured, or changes nothing here.
  func knows(_ setting: String) -> Bool
}

/// A decoded part of a configuration, none of whose settings is passed over in silence.
///
/// A setting that is not known is refused by name, unless it is off: null or false.
package struct Strict<Part: KnownSettings>: Decodable {
  package let part: Part

  package init(from decoder: any Decoder) throws {
    part = try Part(from: decoder)
    let settings = try decoder.container(keyedBy: AnyKey.self)
    for key in settings.allKeys.sorted(by: { $0.stringValue < $1.stringValue })
    where !part.knows(key.stringValue) {
      if try settings.decodeNil(forKey: key) { continue }
      if let isOn = try? settings.decode(Bool.self, forKey: key), !isOn { continue }
      throw DecodingError.dataCorruptedError(
        forKey: key, in: settings,
        debugDescription: "is not known here and may change the result; leave it out if it does not"
      )
    }
  }
}

/// Any key of an object.
private struct AnyKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }
  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}
