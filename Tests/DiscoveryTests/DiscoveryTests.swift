import Formats
import Parallel
import Storage
import TestSupport
import Testing

@testable import Discovery

struct DiscoveryTests {
  private let pool = WorkerPool(threads: 2)

  private func found(_ topics: MadeUpTopics, _ clusters: Int, threads: Int = 2) throws
    -> FoundClusters
  {
    var settings = FoundClusters.Settings(clusters: clusters)
    settings.dimensions = 16
    return try FoundClusters(
      in: topics.sample, vectors: nil, settings: settings, pool: WorkerPool(threads: threads))
  }

  @Test(arguments: [2, 5, 9]) func `made-up topics are found again`(count: Int) throws {
    let topics = MadeUpTopics(topics: count, documents: 60 * count)
    let found = try found(topics, count)
    #expect(Agreement(found.assigned, topics.topics).adjustedRandIndex > 0.99)
    let names = found.names()
    #expect(Set(names).count == count)
    for (cluster, words) in found.words.enumerated() {
      let topic = try #require(zip(found.assigned, topics.topics).first { $0.0 == cluster }).1
      let own = zip(topics.texts, topics.topics).filter { $0.1 == topic }.map(\.0)
      for word in words.prefix(3) {
        let with = own.count { String(decoding: $0, as: UTF8.self).contains(word) }
        #expect(with * 10 > own.count, "\(word)")
      }
    }
  }

  @Test func `a model in a file assigns the sample and later documents as it did`() throws {
    let topics = MadeUpTopics(topics: 4, documents: 600)
    let known = MadeUpTopics(topics: 4, documents: 400)
    let found = try found(known, 4)
    let folder = try TemporaryFolder()
    let model = ClusterModel(
      clusterings: [found.clustering],
      groups: [.init(selector: nil, clustering: 0, names: found.names())])
    let provenance = Provenance(
      format: ClusterFile.format, version: ClusterFile.version, tool: .discoverDomains)
    try ClusterFile.write(model, to: folder.file("c.zst"), provenance: provenance)
    let read = try ClusterFile(folder.file("c.zst")).model
    #expect(read.groups == model.groups)
    let assigner = try ClusterAssigner(read, vectors: nil, threads: 1)
    let assigned = topics.texts.map {
      assigner.cluster(of: $0, key: 0, group: 0, worker: 0) ?? -1
    }
    // The first documents are those of the sample, and later ones are of the same topics.
    #expect(Array(assigned.prefix(400)) == found.assigned)
    #expect(Agreement(assigned, topics.topics).adjustedRandIndex > 0.99)
  }

  @Test func `the same model at any number of threads`() throws {
    let topics = MadeUpTopics(topics: 3, documents: 900)
    let (one, three) = (try found(topics, 3, threads: 1), try found(topics, 3, threads: 3))
    #expect(one.assigned == three.assigned)
    #expect(one.clustering.centres.values == three.clustering.centres.values)
    #expect(one.words == three.words)
  }

  @Test func `a sample does not depend on the order of documents, and has each text once`() {
    var random = TestBits(seed: 9)
    // Every fourth text is there twice.
    let keys = (0..<2000).map { UInt128($0 % 1500) &* 0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835 }
    func sample(_ order: [Int]) -> [UInt128] {
      var sample = DocumentSample(bytes: 5000)
      for index in order {
        sample.add(key: keys[index], domain: 0, text: [UInt8](repeating: 65, count: 20))
      }
      return sample.documents.map(\.key)
    }
    let sorted = sample(Array(0..<2000))
    var shuffled = Array(0..<2000)
    for i in shuffled.indices.dropFirst() { shuffled.swapAt(i, random.index(below: i + 1)) }
    #expect(sample(shuffled) == sorted)
    #expect(sorted.count == 250 && Set(sorted).count == 250)
  }

  @Test func `too few documents, and documents without common terms, are refused`() {
    let topics = MadeUpTopics(topics: 2, documents: 5)
    #expect(throws: DiscoveryError.documents(found: 5, clusters: 6, group: nil)) {
      _ = try found(topics, 6)
    }
    let alone = (0..<6).map { index in
      DocumentSample.Document(
        key: UInt128(index), domain: 0, text: [UInt8(ascii: "a") + UInt8(index)], bytes: 1)
    }
    #expect(throws: DiscoveryError.terms(group: "Web")) {
      _ = try FoundClusters(
        in: alone, vectors: nil, settings: .init(clusters: 2), group: "Web", pool: pool)
    }
  }

  @Test func `the number that was made up is advised`() throws {
    let topics = MadeUpTopics(topics: 5, documents: 500)
    var settings = FoundClusters.Settings(clusters: 5)
    settings.dimensions = 16
    let counts = try tryClusterCounts(
      [3, 5, 16], in: topics.sample, vectors: nil, settings: settings, pool: pool)
    #expect(advisedCount(of: counts) == 5, "\(counts)")
    #expect(counts[1].stability > 0.95 && counts[0].similarity < counts[1].similarity)
  }

  @Test func `rare cells of a domain join the nearest, and a domain of one cell stays whole`() {
    func amount(_ bytes: Int) -> CellCounts.Amount {
      var amount = CellCounts.Amount()
      amount.add(bytes: bytes)
      return amount
    }
    let cosines: [[Float]] = [[1, 0.1, 0.8], [0.1, 1, 0.3], [0.8, 0.3, 1]]
    let names = ["A_x", "A_y", "A_z"]
    let cells = DomainCells.divided(
      given: 2, name: "A", amounts: [50, 40, 3].map(amount), leastBytes: 10, cosines: cosines,
      names: names)
    #expect(cells.map(\.name) == ["A_x", "A_y"])
    #expect(cells.map(\.clusters) == [[0, 2], [1]])
    #expect(cells.map(\.amount.bytes) == [53, 40])
    let whole = DomainCells.divided(
      given: 2, name: "A", amounts: [50, 4, 3].map(amount), leastBytes: 10, cosines: cosines,
      names: names)
    #expect(whole.map(\.name) == ["A"] && whole[0].clusters.isEmpty && whole[0].amount.bytes == 57)
  }
}
