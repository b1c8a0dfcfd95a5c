import Formats
import Storage
import Testing

@Suite struct DomainTables {
  @Test func `columns from the third on may be left away`() throws {
    let table = try DomainTable(
      text: "# remark\nBook\tmeta.set=Books\t26e9\t4\n\nWeb\tpath=web/*\t-\nC4\tkind=a=b\n",
      path: "t.tsv")
    #expect(table.domains.map(\.name) == ["Book", "Web", "C4"])
    #expect(table.domains[0].selector == .field("meta.set", value: "Books"))
    #expect(table.domains[0].availableTokens == 26e9 && table.domains[0].maximumEpochs == 4)
    #expect(
      table.domains[1].selector == .path(glob: "web/*") && table.domains[1].availableTokens == nil)
    #expect(table.domains[2].selector == .field("kind", value: "a=b"))
  }

  @Test func `domains may share an expert`() throws {
    let table = try DomainTable(
      text: "A\tx=a\t-\t-\t-\t-\tsmall\nB\tx=b\t5\t-\t-\t-\tsmall\nC\tx=c\t-\t-\t-\t-\t-\n",
      path: "t.tsv")
    #expect(table.domains.map(\.group) == ["small", "small", nil])
  }

  @Test(arguments: [
    ("A\tx=y\nA\tx=z\n", "t.tsv: line 2: the domain A is there already"),
    (
      "A\tx=y\nB\tx=y\n",
      "t.tsv: line 2: B has the selector of A, x=y; a document is of one domain"
    ),
    (
      "A\tx=y\t0x10\n",
      "t.tsv: line 1: available-tokens 0x10 is not a number of at least 0; "
        + "write '-' where there is none"
    ),
    (
      "A\n",
      "t.tsv: line 1: has 1 columns; write domain, selector, available-tokens, max-epochs, "
        + "min-weight, max-weight, group, separated by tabs, or the first of them"
    ),
    (
      "A\tx=y\nB\tx=z\t-\t-\t-\t-\tA\n",
      "t.tsv: the group A has the name of a domain; rename it"
    ),
    (
      "B\tx=z\t-\t-\t-\t-\ta/b\n",
      "t.tsv: line 1: a/b is no name of a group; use letters, digits, '-', '_' and '.'"
    ),
    (
      "A\tbooks\n",
      "t.tsv: line 1: books is no selector; write field=value, path=GLOB or cluster=NAME"
    ),
    ("../A\tx=y\n", "t.tsv: line 1: ../A is no domain name; use letters, digits, '-', '_' and '.'"),
    (
      "A\tx=y\t-5\n",
      "t.tsv: line 1: available-tokens -5 is not a number of at least 0; write '-' where there is "
        + "none"
    ),
    ("# nothing\n", "t.tsv: has no domains"),
  ])
  func `a damaged line is named`(text: String, message: String) {
    #expect { _ = try DomainTable(text: text, path: "t.tsv") } throws: { error in
      (error as? FileError)?.message == message
    }
  }
}
