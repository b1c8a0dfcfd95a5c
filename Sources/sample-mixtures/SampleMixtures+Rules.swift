import ArgumentParser
import Formats
import Mixtures
import ToolKit

/// Mixtures by rules, of the tokens that there are.
extension SampleMixtures {
  func validateRules() throws {
    guard count == nil, base == nil, !uniform, keep == nil, dirichlet == nil else {
      throw ValidationError(
        "--rules samples nothing: leave away -n, --base, --uniform, --keep and --dirichlet")
    }
    guard constraints.flags.isEmpty else {
      throw ValidationError("--rules keeps no constraints; leave these away")
    }
    guard inventory.domains != nil || !inventory.manifests.isEmpty else {
      throw ValidationError("--rules needs --manifests, or --domains with numbers of tokens")
    }
    let ids = rules.map(\.id)
    if let twice = ids.first(where: { id in ids.count { $0 == id } > 1 }) {
      throw ValidationError("--rules: \(twice) is there twice")
    }
  }

  /// The mixtures of the rules, in their order.
  func baselines() throws -> [MixtureRecord] {
    let stock = try inventory.read()
    let domains = stock.table?.domains.map(\.name) ?? Array(stock.availableTokens.keys)
    let source = inventory.trainTokens.map { ", training on \($0)" } ?? ""
    var records: [MixtureRecord] = []
    for rule in rules {
      records.append(
        MixtureRecord(
          id: rule.id, mixture: try Mixture(try rule.mixture(of: domains.sorted(), in: stock)),
          source: "by rule, of training tokens" + source))
    }
    return records
  }
}

extension BaselineRule: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}
