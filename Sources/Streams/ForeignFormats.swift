import Storage

extension StreamFormat {
  /// The layout of a format that is not our own, of ids of a vocabulary.
  func layout(vocabulary: Int) -> FlatLayout {
    let isNarrow = IDBuffer.isNarrow(vocabulary: vocabulary)
    switch self {
    case .mde: preconditionFailure("the format has files of its own")
    case .llmc: return .llmc(isNarrow: isNarrow)
    case .megatron: return .megatron(isNarrow: isNarrow)
    case .olmo: return .olmo
    case .datatrove: return .datatrove
    }
  }
}

extension FlatLayout {
  /// A header of 256 int32, of which three are used, then ids (github.com/karpathy/llm.c,
  /// dev/data/data_common.py).
  ///
  /// A reader takes windows of B·T + 1 ids in strides of B·T.
  static func llmc(isNarrow: Bool) -> FlatLayout {
    FlatLayout(
      suffix: ".bin", isClosed: true, largest: Int(Int32.max),
      header: { ids in
        var header = ByteWriter()
        header.append(Int32(isNarrow ? 20_240_520 : 20_240_801))
        header.append(Int32(isNarrow ? 1 : 7))
        header.append(Int32(ids))
        header.append(contentsOf: [Int32](repeating: 0, count: 253))
        return header.bytes
      })
  }

  /// Ids in `.bin`; length, byte offset and bounds of one document in `.idx`
  /// (github.com/NVIDIA/Megatron-LM, megatron/core/datasets/indexed_dataset.py).
  ///
  /// A reader takes windows of T + 1 ids in strides of T, and shuffles them. It would shuffle
  /// documents too, and join what they leave: one document keeps every sequence whole.
  static func megatron(isNarrow: Bool) -> FlatLayout {
    FlatLayout(
      suffix: ".bin", isClosed: true, largest: Int(Int32.max),
      beside: [
        (
          ".idx",
          { file, output throws(FileError) in
            var index = ByteWriter()
            index.append(contentsOf: Array("MMIDIDX\0\0".utf8))
            index.append(UInt64(1))  // version
            index.append(UInt8(isNarrow ? 8 : 4))  // uint16 or int32
            index.append(UInt64(1))  // sequences
            index.append(UInt64(2))  // bounds of documents
            index.append(Int32(file.ids))  // length of the sequence
            index.append(Int64(0))  // its first byte
            index.append(contentsOf: [Int64](0...1))  // the document's bounds, in sequences
            try output.write(index.bytes)
          }
        )
      ])
  }

  /// Ids in `.npy`, which has no header in spite of its name; lines `start,end` of the sequences in
  /// `.csv.gz` (github.com/allenai/OLMo-core, src/olmo_core/data/utils.py).
  ///
  /// A reader cuts off sequences of T ids, and predicts T − 1 of each.
  static var olmo: FlatLayout {
    FlatLayout(
      suffix: ".npy",
      beside: [
        (
          ".csv.gz",
          { file, output throws(FileError) in
            try output.writeCompressed(
              (0..<file.sequences).lazy.map { "\($0 * file.length),\(($0 + 1) * file.length)\n" })
          }
        )
      ])
  }

  /// Ids in `.ds`, the end of each sequence in `.ds.index`, and a few words in `.ds.metadata`
  /// (github.com/huggingface/datatrove, src/datatrove/pipeline/tokens/tokenizer.py).
  ///
  /// A reader takes windows of T + 1 ids one after another.
  static var datatrove: FlatLayout {
    FlatLayout(
      suffix: ".ds", isWhole: true,
      beside: [
        (
          ".ds.index",
          { file, output throws(FileError) in
            try output.write(file.sequences) { UInt64(($0 + 1) * file.length) }
          }
        ),
        (
          ".ds.metadata",
          { file, output throws(FileError) in
            let text = "\(file.tokenizer)|\(file.width)\n\(file.ids)\n\(file.ids) tokens"
            try output.write(Array(text.utf8))
          }
        ),
      ])
  }
}
