import Formats
import Mixtures
import Search

// The order of long tables, of which only the first rows and columns are shown.
extension RunFolder {
  /// The domains as tables have them: many by their weight in the proposal, as only the first are
  /// shown.
  var listedDomains: [String] { listed(domains) }

  /// Returns names in the order of their weight in the proposal if they are many.
  func listed(_ names: [String]) -> [String] {
    guard names.count > Table.most else { return names }
    // What is no domain, such as a target, comes first.
    let weights = proposal.weights.byName
    return names.sorted { (-(weights[$0] ?? 2), $0) < (-(weights[$1] ?? 2), $1) }
  }
}
