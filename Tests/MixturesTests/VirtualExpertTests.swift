import Experts
import Mixtures
import Storage
import Testing

struct VirtualExpertTests {
  @Test func `parts are named and weighed`() throws {
    let experts = try VirtualExpert.read("web=CommonCrawl:0.7+C4:0.3")
    #expect(experts.map(\.name) == ["web"])
    #expect(experts[0].parts == ["CommonCrawl": 0.7, "C4": 0.3])
  }

  @Test(arguments: [
    ("web=", "is no part"), ("web=a:0.5+b", "b is no part"), ("web=a:0.5+a:0.5", "given twice"),
    ("web=a:0.5+b:0.3", "sum to 0.8"), ("=a:1", "no name"), ("web=a:x", "a:x is no part"),
    ("web=a:-1+b:2", "weight of a is -1"),
  ])
  func `a bad one says what is wrong`(argument: String, problem: String) {
    let error = #expect(throws: FileError.self) { try VirtualExpert.read(argument) }
    #expect(error?.message.contains(problem) == true, "\(error?.message ?? "")")
  }
}
