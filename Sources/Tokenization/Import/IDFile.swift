import Parallel
import Storage

/// A file of ids that another program wrote, and where its documents are.
///
/// The end of its name tells the format: `.bin` is Megatron-LM's if an `.idx` lies beside it, else
/// llm.c's; `.npy` is OLMo-core's, `.ds` datatrove's.
struct IDFile {
  let path: String
  /// The indices of the ids of each piece: of a document, or of about as many as are read at once.
  private(set) var pieces: [Range<Int>] = []
  /// Whether a piece is a document; otherwise only end-of-text ids tell where documents end.
  private(set) var piecesAreDocuments = true

  private let file: ReadableFile
  /// The byte of the first id.
  private var start = 0
  /// The number of bytes of an id.
  private var width: Int

  private static let idsPerPiece = 1 << 18

  /// - Parameter vocabulary: What tells the width of ids where the file does not.
  /// - Throws: `FileError` if a file cannot be read, or is damaged or of no known format.
  init(_ path: String, vocabulary: Int) throws(FileError) {
    self.path = path
    file = try ReadableFile(path)
    width = vocabulary <= 1 << 16 ? 2 : 4
    if path.hasSuffix(".bin"), isFile(path.dropLast(4) + ".idx") {
      try readMegatronIndex(path.dropLast(4) + ".idx")
    } else if path.hasSuffix(".bin") {
      try readHeader()
    } else if path.hasSuffix(".npy") {
      if vocabulary <= 1 << 8 { width = 1 }
      try readSpans(path.dropLast(4) + ".csv.gz")
    } else if path.hasSuffix(".ds") {
      try readEnds(path + ".index", metadata: path + ".metadata")
    } else {
      throw .content(
        path: path, problem: "is of no known format; a name ends in .bin, .npy or .ds")
    }
    let count = (file.size - start) / width
    guard file.size == start + count * width, pieces.allSatisfy({ $0.upperBound <= count }) else {
      throw .content(
        path: path, problem: "\(file.size) bytes do not fit its index, or ids of \(width) bytes")
    }
  }

  /// The ids of a piece; what does not fit is −1.
  ///
  /// - Throws: `FileError` if the file cannot be read.
  func ids(_ piece: Int) throws(FileError) -> [Int32] {
    let range = pieces[piece]
    var reader = ByteReader(
      try file.bytes(at: start + range.lowerBound * width, count: range.count * width))
    func read<Number: FixedWidthInteger & BitwiseCopyable>(_ type: Number.Type) -> [Int32] {
      (reader.array(of: type, count: range.count) ?? []).map { Int32(exactly: $0) ?? -1 }
    }
    switch width {
    case 1: return read(UInt8.self)
    case 2: return read(UInt16.self)
    case 4: return read(UInt32.self)
    default: return read(UInt64.self)
    }
  }

  private mutating func cut(_ ids: Int) {
    pieces = Array((0..<ids).parts(of: Self.idsPerPiece))
    piecesAreDocuments = false
  }

  /// llm.c: magic, version and number of ids in a header of 1024 bytes
  /// (github.com/karpathy/llm.c, dev/data/data_common.py).
  private mutating func readHeader() throws(FileError) {
    let known: [UInt32: (version: UInt32, width: Int)] = [20_240_520: (1, 2), 20_240_801: (7, 4)]
    var header = ByteReader(try file.bytes(at: 0, count: min(1024, file.size)))
    guard let magic = header.uint32(), let version = header.uint32(), let count = header.uint32(),
      header.remaining == 1012, let form = known[magic], form.version == version
    else {
      throw .content(
        path: path, problem: "has neither llm.c's header nor, beside it, Megatron-LM's .idx")
    }
    (start, width) = (1024, form.width)
    cut(Int(count))
  }

  /// Megatron-LM: the type of ids, sequences, and the documents that they make
  /// (github.com/NVIDIA/Megatron-LM, megatron/core/datasets/indexed_dataset.py).
  private mutating func readMegatronIndex(_ index: String) throws(FileError) {
    let widths: [UInt8: Int] = [1: 1, 4: 4, 5: 8, 8: 2]
    let damaged = FileError.content(path: index, problem: "is no index of Megatron-LM, or damaged")
    var reader = ByteReader(try readFile(index))
    guard reader.array(of: UInt8.self, count: 9) == Array("MMIDIDX\0\0".utf8),
      reader.array(of: UInt64.self, count: 1) == [1], let code = reader.uint8(),
      let width = widths[code], let counts = reader.array(of: UInt64.self, count: 2),
      counts[0] < 1 << 40, 1..<(1 << 40) ~= counts[1],
      let lengths = reader.array(of: Int32.self, count: Int(counts[0])),
      let offsets = reader.array(of: Int64.self, count: Int(counts[0])),
      let bounds = reader.array(of: Int64.self, count: Int(counts[1])),
      lengths.allSatisfy({ $0 >= 0 }),
      offsets.allSatisfy({ 0..<(1 << 48) ~= $0 && Int($0) % width == 0 }),
      bounds.allSatisfy({ 0...Int64(lengths.count) ~= $0 })
    else { throw damaged }
    self.width = width
    for (first, end) in zip(bounds, bounds.dropFirst()) where first != end {
      guard first < end else { throw damaged }
      // Sequences of a document lie one after another.
      let from = Int(offsets[Int(first)]) / width
      pieces.append(from..<from + lengths[Int(first)..<Int(end)].reduce(0) { $0 + Int($1) })
    }
  }

  /// OLMo-core: lines `start,end,…` if there are any; documents may also be told by their ends
  /// (github.com/allenai/OLMo-core, src/olmo_core/data/utils.py).
  private mutating func readSpans(_ spans: String) throws(FileError) {
    guard isFile(spans) else { return cut(file.size / width) }
    let lines = try LineReader(spans)
    var end = 0
    while let line = try lines.next() {
      let cells = String(decoding: line.bytes, as: UTF8.self).split(separator: ",").prefix(2)
      let numbers = cells.compactMap { Int($0.filter { $0 != "\r" }) }
      guard numbers.count == 2, end <= numbers[0], numbers[0] <= numbers[1] else {
        throw .content(
          path: spans, place: "line \(pieces.count + 1)", problem: "is not 'start,end'")
      }
      end = numbers[1]
      pieces.append(numbers[0]..<end)
    }
  }

  /// datatrove: the end of every document; the width of ids after `|` in the first line of the
  /// metadata (github.com/huggingface/datatrove, src/datatrove/pipeline/tokens/tokenizer.py).
  private mutating func readEnds(_ index: String, metadata: String) throws(FileError) {
    if isFile(metadata) {
      let first = String(decoding: try readFile(metadata), as: UTF8.self).split(separator: "\n")
      guard let width = first.first?.split(separator: "|").last.flatMap({ Int($0) }),
        [2, 4].contains(width)
      else { throw .content(path: metadata, problem: "does not tell the bytes of an id") }
      self.width = width
    }
    let bytes = try readFile(index)
    var reader = ByteReader(bytes)
    let ends = reader.array(of: UInt64.self, count: bytes.count / 8) ?? []
    var start = 0
    for end in ends {
      guard reader.remaining == 0, start <= end, end < 1 << 48 else {
        throw .content(path: index, problem: "does not hold the ends of documents")
      }
      pieces.append(start..<Int(end))
      start = Int(end)
    }
  }
}
