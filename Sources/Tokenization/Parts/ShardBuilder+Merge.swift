import Formats
import Parallel
import Storage

extension ShardBuilder {
  /// Writes the shards of all parts together, as one process would have made them of the corpus;
  /// `finish` puts them in place.
  ///
  /// Each thread has one shard at a time, and of that one block.
  ///
  /// - Parameter progress: Called with the number of tokens so far.
  /// - Throws: `FileError` if a file cannot be read or written; `TokenizationError.domain` if a
  ///   domain or split has no documents and may not be empty.
  package func merge(_ parts: TokenParts, progress: (_ tokens: Int) -> Void) throws {
    for (index, input) in parts.inputs.enumerated() { digests[index] = input }
    var (plans, duplicates): ([MergePlan], [Deduplicator.Counts]) = ([], [])
    for domain in domains.domains.indices {
      let plan = try MergePlan(
        parts, domain: domain, duplicates: options.duplicates,
        tokensPerShard: options.tokensPerShard)
      plans.append(plan)
      guard var counts = plan.duplicates else { continue }
      counts.exact += parts.parts.reduce(0) { $0 + $1.duplicates[domain] }
      duplicates.append(counts)
    }
    if options.duplicates != nil { duplicatesOfParts = duplicates }
    try requireDocuments { plans[$0].documents(ofSplit: $1) }

    var jobs: [MergeJob] = []
    for (domain, plan) in plans.enumerated() {
      for (split, shards) in plan.shards.enumerated() {
        let stream = streams[domain][split]
        let sources = parts.parts.map { $0.shards[domain][split] }
        jobs += shards.enumerated().map { number, shard in
          MergeJob(
            shard: shard, domain: domain, stream: stream, path: stream.path(ofShard: number),
            sources: sources)
        }
      }
    }
    var tokens = 0
    for range in jobs.indices.parts(of: 8 * pool.threads) {
      for (job, shard) in zip(jobs[range], try write(jobs[range])) {
        job.stream.add(shard, from: job.shard.files)
        tokens += job.shard.tokens
      }
      progress(tokens)
    }
  }

  private func write(_ jobs: ArraySlice<MergeJob>) throws(FileError) -> [FinishedShard] {
    let isResumed = plan?.isResumed == true
    var headers: [TokenHeader] = []
    for job in jobs {
      headers.append(try header(of: job.domain, job.stream.split, files: job.shard.files))
    }
    let results = pool.map(jobs.count) { [headers] index in
      let job = jobs[jobs.startIndex + index]
      return Result { () throws(FileError) in
        if isResumed, let file = StagedFile(found: job.path) { return try FinishedShard(file) }
        return try job.shard.write(job.path, header: headers[index], from: job.sources)
      }
    }
    var shards: [FinishedShard] = []
    for result in results { shards.append(try result.get()) }
    return shards
  }
}

/// A shard to merge, and where it goes.
private struct MergeJob: @unchecked Sendable {
  let shard: MergePlan.Shard
  let domain: Int
  /// The stream that the shard is added to, by the calling thread.
  let stream: ShardStream
  let path: String
  /// The shards of the split in each part.
  let sources: [[String]]
}
