import Storage

/// Whole documents with one number for each of their tokens.
///
/// It is the payload of a block in `.tok.zst` and `.lp.zst`, little-endian and without padding:
///
///     uint32  documents
///     uint32  tokens
///     uint32  tokens of each document   (documents)
///     uint32  UTF-8 bytes of each       (documents)
///     uint32  tokens of each that are not scored (documents), in token files of version 2
///     value   of each token             (tokens)
package struct DocumentBlock<Value: BitwiseCopyable & Sendable>: Sendable {
  /// The values of all tokens, document after document.
  package var values: [Value] = []
  /// The index in `values` at which each document starts, and the number of values: documents + 1.
  package var offsets: [Int] = [0]
  /// The number of UTF-8 bytes of each document's text.
  package var bytes: [Int] = []
  /// The number of values at the start of each document that are not scored.
  package var contexts: [Int] = []

  package init() {}

  package var documentCount: Int { bytes.count }
  /// The number of values of each document.
  package var lengths: [UInt32] {
    (0..<documentCount).map { UInt32(offsets[$0 + 1] - offsets[$0]) }
  }

  /// The values of document `index`.
  package subscript(index: Int) -> ArraySlice<Value> { values[offsets[index]..<offsets[index + 1]] }

  /// Appends a document whose text has `count` UTF-8 bytes, and whose first `context` values are
  /// not scored.
  package mutating func append(
    _ document: some Collection<Value>, bytes count: Int, context: Int = 0
  ) {
    values += document
    offsets.append(values.count)
    bytes.append(count)
    contexts.append(context)
  }
}

extension DocumentBlock {
  /// The block as it lies in the file; `stored` turns a value into what the file holds.
  func encoded<Stored: BitwiseCopyable>(
    contexts hasContexts: Bool = false, _ stored: (Value) -> Stored
  ) -> [UInt8] {
    var writer = ByteWriter()
    writer.append(UInt32(documentCount))
    writer.append(UInt32(values.count))
    writer.append(contentsOf: lengths)
    writer.append(contentsOf: bytes.map { UInt32($0) })
    if hasContexts { writer.append(contentsOf: contexts.map { UInt32($0) }) }
    writer.append(contentsOf: values.map(stored))
    return writer.bytes
  }

  /// Decodes a block, or returns nil if its counts contradict each other or its length.
  init?(decoding payload: [UInt8], contexts hasContexts: Bool = false) {
    var reader = ByteReader(payload)
    guard let documents = reader.uint32(), let tokens = reader.uint32(),
      let lengths = reader.array(of: UInt32.self, count: Int(documents)),
      let bytes = reader.array(of: UInt32.self, count: Int(documents)),
      let contexts = hasContexts
        ? reader.array(of: UInt32.self, count: Int(documents)) : lengths.map({ _ in 0 }),
      let values = reader.array(of: Value.self, count: Int(tokens)), reader.remaining == 0
    else { return nil }
    self.init()
    for length in lengths { offsets.append(offsets[offsets.count - 1] + Int(length)) }
    guard offsets.last == Int(tokens), zip(contexts, lengths).allSatisfy({ $0 <= $1 }) else {
      return nil
    }
    self.contexts = contexts.map { Int($0) }
    self.bytes = bytes.map { Int($0) }
    self.values = values
  }

  /// The block with another value for each, as `map` does.
  func mapValues<Other>(_ other: (Value) -> Other) -> DocumentBlock<Other> {
    var block = DocumentBlock<Other>()
    (block.offsets, block.bytes, block.contexts) = (offsets, bytes, contexts)
    // By vector units, which `map` leaves idle as it asks for room before each value.
    block.values = unsafe [Other](unsafeUninitializedCapacity: values.count) { target, count in
      for (i, value) in values.enumerated() {
        unsafe target.initializeElement(at: i, to: other(value))
      }
      count = values.count
    }
    return block
  }
}
