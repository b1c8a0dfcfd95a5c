import Formats
import Mixtures
import Regression
import Search

/// The tables of what the search found around the proposal.
extension RunFolder {
  /// The ranges within which the weights may move, and what keeps them from moving further.
  var regionTable: Table {
    let region = proposal.region
    let prices = proposal.certificate?.shadowPrices
    let isPriced = proposal.constraints.values.contains { $0.binding != nil }
    var table = Table(
      title: "Weights within \(fixed(region.epsilon, 3)) \(proposal.objective.shortUnit) of the "
        + "proposal, in per cent",
      header: ["domain", "proposal", "from", "to", "least", "most", "because of"]
        + (isPriced ? ["price of its bound"] : []) + (prices == nil ? [] : ["shadow price, MDE"]),
      note: """
        From, to: how far the weight may move, the others with it, while the prediction gets no \
        worse than that. Least, most: what it is allowed to be, and why.
        """
          + (isPriced || prices != nil
            ? " Prices are in \(proposal.objective.unit) for one point of weight more: of its "
              + "bound, of what is predicted; shadow price, of the MDE loss where it is lowest."
            : ""))
    table.long = "domains"
    for domain in listedDomains {
      let bound = proposal.constraints[domain]
      let ends = region.weights[domain]
      table.rows.append(
        [
          domain, percent(proposal.weights[domain]), percent(ends?.first), percent(ends?.last),
          percent(bound?.minimum), percent(bound?.maximum),
          bound.flatMap { $0.reason.isEmpty ? nil : $0.reason } ?? "–",
        ]
          + (isPriced ? [bound?.binding == nil ? "–" : price(bound?.price)] : [])
          + (prices.map { [price($0[domain])] } ?? []))
    }
    return table
  }

  /// The sums of groups, frozen ratios and the distance from a baseline; nil without any.
  var limitsTable: Table? {
    guard !proposal.limits.isEmpty else { return nil }
    var table = Table(
      title: "Further constraints",
      header: ["constraint", "at the proposal", "least", "most", "touched", "price"],
      note: "Price: \(proposal.objective.unit) if the bound gave way by 0.01.")
    table.long = "constraints"
    for limit in proposal.limits {
      table.rows.append([
        limit.name, number(limit.value), number(limit.minimum), number(limit.maximum),
        limit.binding ?? "–", price(limit.price),
      ])
    }
    return table
  }

  /// The bounds on losses, with what they cost; nil without any.
  var guardsTable: Table? {
    guard !proposal.guards.isEmpty else { return nil }
    let compared = proposal.candidates.dropFirst()
    var table = Table(
      title: "Guards: bounds on \(proposal.minimized == .mde ? "MDE" : "predicted") losses",
      header: ["guard", "at the proposal", "bound", "for errors", "to spare", "price"]
        + compared.map(\.id),
      note: """
        In nats per token. For errors: the room that predictions may err by, where --confidence \
        was asked for. Price: \(proposal.objective.shortUnit) of the objective for 0.01 nats of \
        room. Yes: the mixture keeps it.
        """)
    for bound in proposal.guards {
      table.rows.append(
        [
          bound.text, number(bound.left), number(bound.right), number(bound.margin),
          bound.isBinding ? "0, it binds" : number(bound.slack), price(bound.price),
        ] + compared.map { $0.brokenGuards?.contains(bound.text) == true ? "no" : "yes" })
    }
    return table
  }

  private func percent(_ weight: Double?) -> String { weight.map { fixed(100 * $0, 1) } ?? "–" }
  private func price(_ value: Double?) -> String { value.map { fixed($0, 4) } ?? "–" }
}
