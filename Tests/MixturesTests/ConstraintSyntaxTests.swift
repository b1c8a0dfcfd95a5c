import Testing
@testable import Constraints

/// Names with signs in constraints, as published tables have them.
struct ConstraintSyntaxTests {
  @Test func `signs count from the end, and quotes keep the others`() {
    #expect(NamedWeight(argument: "lang=en=0.1")?.name == "lang=en")
    #expect(NamedWeight(argument: "\"a=0.5\"=0.1")?.name == "a=0.5")
    #expect(NamedRadius(argument: "mixture=1=0.2")?.name == "mixture=1")
    #expect(GroupRange(argument: "C+++lang=en=0.3:0.9")?.domains == ["C++", "lang=en"])
    #expect(GroupRange(argument: "A+C++=0.3:")?.domains == ["A", "C++"])
    #expect(GroupRange(argument: "\"A+B\"+s2pdf:x=:0.5")?.domains == ["A+B", "s2pdf:x"])
    let ratio = FrozenRatio(argument: "s2pdfv1:software:0.5+lang=en:0.25+C++:0.25")
    #expect(ratio?.parts.map(\.name) == ["s2pdfv1:software", "lang=en", "C++"])
    #expect(ratio?.parts.map(\.weight) == [0.5, 0.25, 0.25])
  }

  @Test(arguments: ["lang=en=0.1", "\"my web\"=0.1", "\"a:b\"=0.5"])
  func `a weight is read as it is written`(text: String) throws {
    let weight = try #require(NamedWeight(argument: text))
    #expect(NamedWeight(argument: weight.description)?.name == weight.name)
  }

  @Test func `sums and ratios are read as they are written`() throws {
    let group = try #require(GroupRange(argument: "C+++\"a b\"=0.1:0.5"))
    #expect(GroupRange(argument: group.description)?.domains == group.domains)
    let ratio = try #require(FrozenRatio(argument: "a+b:0.5+\"x:y\":0.5"))
    #expect(FrozenRatio(argument: ratio.description)?.parts.map(\.name) == ["a+b", "x:y"])
  }

  @Test(arguments: ["a", "=0.1", "a=", "a=2", "a=0x1", "a= 1", "\"a=0.1", "\"a\"b=0.1", "\"\"=0.1"])
  func `what is no weight is refused`(text: String) {
    #expect(NamedWeight(argument: text) == nil)
  }

  @Test(arguments: ["a+b", "=0.1:0.2", "a+a=0.1", "a=0.5:0.1", "a=:", "a=0x0:1", "a=0:nan"])
  func `what is no sum is refused`(text: String) { #expect(GroupRange(argument: text) == nil) }

  @Test(arguments: ["a:0.5", "a:0.5+b", "a:0.5+a:0.5", ":0.5+b:0.5", "a:0+b:1", "a:0x1+b:1"])
  func `what is no ratio is refused`(text: String) { #expect(FrozenRatio(argument: text) == nil) }
}
