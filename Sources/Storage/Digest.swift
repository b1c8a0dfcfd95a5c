private import CCrypto

/// The SHA-256 of `bytes`, as 64 hexadecimal digits.
package func sha256(_ bytes: [UInt8]) -> String { hexadecimal(sha256Digest(bytes)) }

/// The SHA-256 of `bytes`, as 32 bytes (FIPS 180-4, by OpenSSL).
package func sha256Digest(_ bytes: [UInt8]) -> [UInt8] {
  var digest = [UInt8](repeating: 0, count: 32)
  let done = unsafe EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha256(), nil)
  precondition(done == 1, "SHA-256 is not available in this libcrypto")
  return digest
}

/// The SHA-256 of the file at `path`, which is read in pieces.
///
/// - Throws: `FileError` if the file cannot be read.
package func sha256(file path: String) throws(FileError) -> String {
  try sha256(try ReadableFile(path), from: 0)
}

/// The SHA-256 of what `file` holds from byte `start` on, which is read in pieces.
///
/// - Throws: `FileError` if the file cannot be read.
package func sha256(_ file: ReadableFile, from start: Int) throws(FileError) -> String {
  var digest = StreamingDigest()
  let piece = 1 << 20
  for offset in stride(from: start, to: file.size, by: piece) {
    digest.update(try file.bytes(at: offset, count: min(piece, file.size - offset)))
  }
  return digest.hexadecimal()
}

/// The SHA-256 of bytes that come in pieces.
@safe package struct StreamingDigest: ~Copyable {
  private let context: OpaquePointer? = unsafe EVP_MD_CTX_new()

  package init() {
    precondition(
      unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1,
      "SHA-256 is not available in this libcrypto")
  }

  deinit { unsafe EVP_MD_CTX_free(context) }

  /// Adds the next bytes.
  package mutating func update(_ bytes: [UInt8]) {
    unsafe EVP_DigestUpdate(context, bytes, bytes.count)
  }

  /// The digest of all bytes, as 64 hexadecimal digits; nothing can be added after it.
  package mutating func hexadecimal() -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    unsafe EVP_DigestFinal_ex(context, &digest, nil)
    return Storage.hexadecimal(digest)
  }
}

private func hexadecimal(_ bytes: [UInt8]) -> String {
  let digits = Array("0123456789abcdef".utf8)
  return String(
    decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
