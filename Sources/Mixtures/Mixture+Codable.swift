/// In a file a mixture is an object of weights by domain, which is checked where it is read.
extension Mixture: Codable {
  package init(from decoder: any Decoder) throws {
    let weights = try decoder.singleValueContainer().decode([String: Double].self)
    do { try self.init(weights) } catch {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: error.description))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(byName)
  }
}
