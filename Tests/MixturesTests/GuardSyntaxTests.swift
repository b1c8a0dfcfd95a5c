import Constraints
import Testing

struct GuardSyntaxTests {
  private func one(_ text: String) throws -> GuardText {
    let guards = try GuardText.list(text)
    #expect(guards.count == 1)
    return try #require(guards.first)
  }

  @Test func `a guard is a name, a comparison, and a mixture or a number with an offset`() throws {
    let plain = try one("Github <= natural + 0.02")
    #expect(plain.left == "Github" && plain.side == .atMost)
    #expect(plain.reference == .mixture("natural") && plain.offset == 0.02)
    let other = try one("avg-et+sp>=gpt-4 - 1e-2")
    #expect(other.left == "avg-et+sp" && other.side == .atLeast)
    #expect(other.reference == .mixture("gpt-4") && other.offset == -0.01)
    let number = try one("toxic >= 2.5")
    #expect(number.reference == .number(2.5) && number.offset == 0)
    // Signs belong to names unless spaces set them apart.
    #expect(try one("a <= b+0.1").reference == .mixture("b+0.1"))
  }

  @Test func `quoted names have any signs, and a quoted number is a name`() throws {
    let quoted = try one(#""my <set>; one" <= "3.5" + 0.1"#)
    #expect(quoted.left == "my <set>; one" && quoted.reference == .mixture("3.5"))
    #expect(try one(#""a" <= b"#).left == "a")
  }

  @Test func `several are separated by semicolons`() throws {
    let guards = try GuardText.list("a <= b; c >= 1;")
    #expect(guards.map(\.left) == ["a", "c"])
  }

  @Test(arguments: [
    "", ";", "a", "a <=", "<= b", "a < b", "a = b", "a <= b + c", "a <= b +", "a <= b 0.1",
    "a <= b + 0.1 + 0.2", "a <= b * 2", #"a <= "b"#, #""" <= b"#, "a <= b; ; c <= d", "a <= + b",
    "a <= b + nan", "a <= b + 0x10",
  ])
  func `what is no guard is refused`(text: String) {
    #expect(throws: GuardText.Malformed.self) { try GuardText.list(text) }
  }

  @Test(arguments: [
    "Github <= natural + 0.02", "toxic >= natural", "a <= 2.5", "a <= 2.5 - 0.1", "a <= -3 + 9",
    #""my set" <= "3""#, #""a;b" >= "c<d" - 0.5"#, "avg-et+sp <= mixture-003",
  ])
  func `its description is read as the same`(text: String) throws {
    let read = try one(text)
    #expect(read.description == text)
    #expect(try one(read.description) == read)
  }
}
