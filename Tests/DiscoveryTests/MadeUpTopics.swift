import Storage
import TestSupport

@testable import Discovery

/// Documents of known topics, each of a topic's own words and of words that all have.
struct MadeUpTopics {
  let texts: [[UInt8]]
  let topics: [Int]

  init(topics count: Int, documents: Int, words: Int = 40, seed: UInt64 = 1) {
    var random = TestBits(seed: seed)
    func word() -> String {
      String((0..<7).map { _ in Array("abcdefghijklmnopqrstuvwxyz")[random.index(below: 26)] })
    }
    let common = (0..<60).map { _ in word() }
    let own = (0..<count).map { _ in (0..<words).map { _ in word() } }
    let topics = (0..<documents).map { $0 % count }
    texts = topics.map { topic in
      let text = (0..<80).map { _ in
        random.index(below: 3) == 0
          ? own[topic][random.index(below: words)]
          : common[random.index(below: common.count)]
      }
      return Array(text.joined(separator: " ").utf8)
    }
    self.topics = topics
  }

  /// The texts as a sample, in their order.
  var sample: [DocumentSample.Document] {
    texts.enumerated().map {
      DocumentSample.Document(
        key: UInt128($0.offset), domain: 0, text: $0.element, bytes: $0.element.count)
    }
  }
}
