import Storage
import TestSupport
import Testing

@testable import Discovery

struct VectorTests {
  private let folder: TemporaryFolder
  private let ids = [UInt128(1), UInt128.max].map(documentID)

  init() throws { folder = try TemporaryFolder() }

  /// A file as numpy writes it.
  private func numpy(_ type: String, shape: String, _ values: [UInt8]) -> [UInt8] {
    let text = "{'descr': '\(type)', 'fortran_order': False, 'shape': \(shape), }"
    let header = text + String(repeating: " ", count: 117 - text.utf8.count) + "\n"
    return [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(header.utf8) + values
  }

  private func all(_ path: String) throws -> [(UInt128, [Float])] {
    let reader = try VectorReader(path)
    var found: [(UInt128, [Float])] = []
    while let (id, vector) = try reader.next() { found.append((id, vector)) }
    return found
  }

  @Test func `matrices of numpy and lines of JSON hold the same`() throws {
    var bytes = ByteWriter()
    bytes.append(contentsOf: [1, 0.5, -2, 0.25] as [Float])
    _ = try folder.write("v.npy", numpy("<f4", shape: "(2, 2)", bytes.bytes))
    _ = try folder.write("v.ids", Array(ids.map { $0 + "\n" }.joined().utf8))
    let lines =
      "{\"id\":\"\(ids[0])\",\"vector\":[1,0.5]}\n"
      + "{\"vector\":[-2,0.25],\"id\":\"\(ids[1])\"}"
    _ = try folder.write("v.jsonl", Array(lines.utf8))
    let halves: [Float16] = [1, 0.5, -2, 0.25]
    var small = ByteWriter()
    small.append(contentsOf: halves.map(\.bitPattern))
    _ = try folder.write("h.npy", numpy("<f2", shape: "(2, 2)", small.bytes))
    _ = try folder.write("h.ids", Array(ids.map { $0 + $0 + "\n" }.joined().utf8))
    for name in ["v.npy", "v.jsonl", "h.npy"] {
      let found = try all(folder.file(name))
      #expect(
        found.map(\.0) == [1, .max] && found.map(\.1) == [[1, 0.5], [-2, 0.25]], "\(name)")
    }
  }

  @Test(arguments: [
    ("{\"id\":\"12\",\"vector\":[1]}", "line 1: 12 is no id"),
    ("{\"id\":\"ID\",\"vector\":[1]}\n{\"id\":\"ID\",\"vector\":[1,2]}", "line 2: has 2 numbers"),
    ("{\"id\":\"ID\",\"vector\":[]}", "line 1: has 0 numbers"),
    ("{\"id\":\"ID\",\"vector\":[0,0]}", "line 1: its vector is no direction"),
    ("{\"id\":\"ID\"}", "line 1: has no field \"vector\""),
  ]) func `lines that are no vectors are refused`(text: String, problem: String) throws {
    let path = folder.file("v.jsonl")
    _ = try folder.write("v.jsonl", Array(text.replacing("ID", with: ids[0]).utf8))
    #expect { _ = try all(path) } throws: { error in
      (error as? FileError)?.message.hasPrefix("\(path): \(problem)") == true
    }
  }

  @Test func `matrices of other numbers, cut or without their ids are refused`() throws {
    var bytes = ByteWriter()
    bytes.append(contentsOf: [1, 2] as [Float])
    for (name, content, problem) in [
      ("a.npy", numpy("<i4", shape: "(1, 2)", bytes.bytes), "header: is no matrix"),
      ("b.npy", numpy("<f4", shape: "(2,)", bytes.bytes), "header: is no matrix"),
      ("c.npy", numpy("<f4", shape: "(2, 2)", bytes.bytes), "8 bytes are no 2 × 2"),
      ("d.npy", numpy("<f4", shape: "(1, 2)", bytes.bytes), ""),
    ] {
      _ = try folder.write(name, content)
      #expect { _ = try all(folder.file(name)) } throws: { error in
        let message = (error as? FileError)?.message ?? ""
        return problem.isEmpty
          ? message.hasPrefix(folder.file("d.ids")) : message.contains(": \(problem)")
      }
    }
    _ = try folder.write("d.ids", Array("\(ids[0])\n\(ids[1])\n".utf8))
    #expect(throws: FileError.self) { _ = try all(folder.file("d.npy")) }
  }
}
