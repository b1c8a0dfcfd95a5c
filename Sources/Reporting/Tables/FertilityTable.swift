package import Formats
import Storage

/// Returns how much text a token holds, by domain.
package func fertilityTable(_ rows: [FertilityFile.Row]) -> Table {
  let hasOther = rows.contains { $0.tokensBySize != nil }
  return Table(
    title: "The tokenizer: text of each domain that it learned from",
    header: [
      "domain", "MB", "bytes per token", "tokens per character", "tokens per word", "words",
      "distinct words",
    ] + (hasOther ? ["bytes per token, by size"] : []),
    rows: rows.map { row in
      [
        row.domain, fixed(Double(row.bytes) / 1e6, 2), fixed(row.bytesPerToken, 2),
        fixed(row.tokensPerCharacter, 3), row.tokensPerWord.map { fixed($0, 2) } ?? "–",
        "\(row.words)", "\(row.distinctWords)",
      ] + (hasOther ? [row.bytesPerTokenBySize.map { fixed($0, 2) } ?? "–"] : [])
    },
    note: """
      Losses in nats per token are of unlike pieces where these differ; bits per byte are not. \
      Words are runs of letters: without spaces, whole clauses. By size: of a tokenizer in which \
      the say of each domain is its bytes, not the same for all.
      """)
}

/// Returns the fertilities that are of the run's tokenizer; none where there are none.
func currentFertilities(_ path: String) throws(FileError) -> [FertilityFile.Row] {
  let (found, tokenizer) = (
    "\(path)/1-tokens/fertility.jsonl", "\(path)/1-tokens/tokenizer.json"
  )
  guard isFile(found), isFile(tokenizer) else { return [] }
  let file = try FertilityFile(found)
  return file.header.tokenizer == (try sha256(file: tokenizer)) ? file.rows : []
}
