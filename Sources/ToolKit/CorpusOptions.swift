import ArgumentParser

/// The flags of tools that read a corpus.
package struct CorpusOptions: ParsableArguments {
  @Option(help: .init("The field with the text.", valueName: "field")) package var textField =
    "text"

  @Flag(help: "Count lines that are malformed instead of failing at the first.")
  package var skipBadLines = false

  @Flag(help: "Count documents of no domain in the table instead of failing at the first.")
  package var skipUnknown = false

  package init() {}
}
