/// What compressed bytes may become, so that a small file cannot fill a disk or take a week.
///
/// Text becomes 3 to 20 times as large, and logs that repeat themselves up to 200 times.
struct ExpansionLimit {
  /// What more than this becomes may be so many times as large as what was read.
  static let (free, ratio) = (1 << 30, 500)

  private let path: String
  private var total = 0

  init(_ path: String) { self.path = path }

  /// Counts `bytes` that came out of `compressed` bytes so far.
  ///
  /// - Throws: `FileError.content` if they are too many.
  mutating func count(_ bytes: Int, of compressed: Int) throws(FileError) {
    total += bytes
    guard total > Self.free, total / Self.ratio > compressed else { return }
    throw .content(
      path: path,
      problem: "becomes more than \(Self.ratio) times as large, as what is made to do harm does; "
        + "unpack it first if it is not")
  }
}
