import ArgumentParser

/// The part of a corpus that a process takes, written as 3/64.
struct PartNumber: ExpressibleByArgument {
  let number: Int
  let count: Int

  init?(argument: String) {
    let numbers = argument.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let number = numbers[0], let count = numbers[1],
      1...1_000_000 ~= count, 1...count ~= number
    else { return nil }
    (self.number, self.count) = (number, count)
  }
}
