private import CCrypto

/// SHA-256 of `bytes`, as 64 hexadecimal digits.
package func sha256(_ bytes: [UInt8]) -> String { hexadecimal(sha256Digest(bytes)) }

/// SHA-256 of `bytes`, as 32 bytes (FIPS 180-4, by OpenSSL).
package func sha256Digest(_ bytes: [UInt8]) -> [UInt8] {
  var digest = [UInt8](repeating: 0, count: 32)
  let done = unsafe EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha256(), nil)
  precondition(done == 1, "SHA-256 is not available in this libcrypto")
  return digest
}

/// SHA-256 of the file at `path`, read in pieces.
package func sha256(file path: String) throws(FileError) -> String {
  let file = try ReadableFile(path)
  let context = unsafe EVP_MD_CTX_new()
  defer { unsafe EVP_MD_CTX_free(context) }
  precondition(
    unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1,
    "SHA-256 is not available in this libcrypto")
  let piece = 1 << 20
  for offset in stride(from: 0, to: file.size, by: piece) {
    let bytes = try file.bytes(at: offset, count: min(piece, file.size - offset))
    unsafe EVP_DigestUpdate(context, bytes, bytes.count)
  }
  var digest = [UInt8](repeating: 0, count: 32)
  unsafe EVP_DigestFinal_ex(context, &digest, nil)
  return hexadecimal(digest)
}

private func hexadecimal(_ bytes: [UInt8]) -> String {
  let digits = Array("0123456789abcdef".utf8)
  return String(
    decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
