import Formats
import Mixtures
import Storage
import ToolKit

// The mixtures of experts that several domains share.
extension SampleMixtures {
  /// Returns the mixtures that the experts of the table's groups are trained on: their domains as
  /// the tokens there are.
  func groupExperts() throws -> [MixtureRecord] {
    let stock = try inventory.read()
    let members = Dictionary(
      grouping: (stock.table?.domains ?? []).filter { $0.group != nil }, by: { $0.group ?? "" })
    guard !members.isEmpty else {
      throw UsageError(
        "--group-experts: \(inventory.domains ?? "") has no groups; name them in its 7th column")
    }
    return try members.sorted { $0.key < $1.key }.map { group, rows in
      let names = rows.map(\.name).sorted()
      guard let shares = stock.shares(of: names), shares.allSatisfy({ $0 > 0 }) else {
        throw UsageError(
          "--group-experts: \(group): nothing says how many tokens each of "
            + "\(names.joined(separator: ", ")) has, or one has none; give their --manifests")
      }
      return MixtureRecord(
        id: DomainGroups.expertPrefix + group, mixture: try Mixture(shares, of: NameIndex(names)))
    }
  }
}
