import Constraints

/// The script of the fields in which a reader changes weights.
///
/// Its values are those of `WhatIf.read`, whose errors were measured. It asks no network.
enum WhatIfScript {
  static let predictions = #"""
    const whatIf = {
      place: (weight, floor) => Math.log((weight + floor) / (1 - weight + floor)),
      // The first of the four nearest of weights, and the factors of the cubic through them.
      cubic(weights, weight, floor) {
        const found = weights.findIndex(x => x >= weight), count = weights.length;
        const first = Math.min(Math.max(0, (found < 0 ? count : found) - 2), count - 4);
        const nodes = weights.slice(first, first + 4).map(w => whatIf.place(w, floor));
        const z = whatIf.place(Math.min(Math.max(weight, weights[0]), weights[count - 1]), floor);
        return { first, factors: nodes.map((a, i) =>
          nodes.reduce((p, b, j) => i === j ? p : p * (z - b) / (a - b), 1)) };
      },
      // The numbers of a profile at a weight.
      read(profile, weight) {
        const { first, factors } = whatIf.cubic(profile.weights, weight, 1e-4);
        const mixed = rows => rows[first].map((_, v) => rows[first][v] === null
          ? null : factors.reduce((sum, f, i) => sum + f * rows[first + i][v], 0));
        return { values: mixed(profile.values), radii: mixed(profile.radii),
          apart: mixed(profile.apart), excesses: mixed(profile.excesses) };
      },
      // What two changes do beyond their sum.
      beyond(pair, a, b) {
        const rows = whatIf.cubic(pair.levels[0], a, 1e-2);
        const columns = whatIf.cubic(pair.levels[1], b, 1e-2);
        return pair.values[0][0].map((_, v) => rows.factors.reduce((sum, f, i) =>
          columns.factors.reduce((sum, g, j) =>
            sum + f * g * pair.values[rows.first + i][columns.first + j][v], sum), 0));
      },
      // The prediction with other weights of some domains, by their places; the rest in proportion.
      predict(data, changes) {
        const base = data.mixtures[0], places = Object.keys(changes).map(Number);
        const total = list => list.reduce((a, b) => a + b, 0);
        const sum = total(places.map(i => changes[i]));
        const left = 1 - total(places.map(i => base.weights[i]));
        if (sum > 1 + 1e-9) return { problem: `The weights sum to ${whatIf.percent(sum)}.` };
        const scale = (1 - sum) / left, several = places.length > 1;
        if (!(left > 1e-9) || (several && scale < 1e-6))
          return { problem: "No other domain is left to take the rest." };
        const weights = base.weights.map((w, i) => i in changes ? changes[i] : w * scale);
        const result = { weights, values: [...base.values], radii: [...base.radii],
          apart: base.apart.map(a => a === null ? null : 0), excesses: [], problem: null };
        const noise = {}, alone = {};
        places.forEach(i => {
          const which = data.profiles.findIndex(p => p.domain === data.domains[i]);
          const profile = data.profiles[which], u = several ? changes[i] / scale : 0;
          alone[which] = several ? u / (1 - base.weights[i] + u) : changes[i];
          const there = whatIf.read(profile, alone[which]);
          const here = whatIf.read(profile, base.weights[i]);
          there.values.forEach((value, v) => {
            result.values[v] += value - base.values[v];
            if (result.radii[v] !== null)
              result.radii[v] = Math.max(result.radii[v], there.radii[v]);
            if (result.apart[v] === null) return;
            noise[v] = here.apart[v] ** 2;
            result.apart[v] += Math.max(0, there.apart[v] ** 2 - noise[v]);
          });
          there.excesses.forEach((excess, g) => {
            const so = result.excesses[g] ?? here.excesses[g];
            result.excesses[g] = so + excess - here.excesses[g];
          });
        });
        data.pairs.forEach(pair => {
          const [a, b] = pair.profiles.map(which => alone[which]);
          if (a === undefined || b === undefined) return;
          whatIf.beyond(pair, a, b).forEach((more, v) => { result.values[v] += more; });
        });
        result.apart = result.apart.map((a, v) => a === null || !places.length ? a
          : Math.sqrt(a + noise[v]));
        result.broken = whatIf.broken(data, result);
        return result;
      },
      // What the mixture breaks, in the words of search-mixture --compare.
      broken(data, result) {
        const f = x => x.toFixed(4);
        const said = (name, value, limit, side, bound) =>
          `${name} ${f(value)} is ${f(Math.abs(value - limit))} ${side} ${bound}, ${f(limit)}`;
        const sentences = data.bounds.flatMap(b => {
          const value = Object.entries(b.coefficients).reduce((sum, [domain, c]) =>
            sum + c * result.weights[data.domains.indexOf(domain)], 0);
          if (value < (b.minimum ?? -Infinity) - \#(FeasibleSet.rounding))
            return [said(b.name, value, b.minimum, "below", b.least)];
          return value > (b.maximum ?? Infinity) + \#(FeasibleSet.rounding)
            ? [said(b.name, value, b.maximum, "above", b.most)] : [];
        });
        return sentences.concat(data.guards.flatMap((text, g) =>
          result.excesses[g] > 1e-5 ? [`${text}, by ${f(result.excesses[g])} nats`] : []));
      },
      percent: weight => `${(100 * weight).toFixed(1)} %`,
    };
    """#

  static let fields = #"""
    (() => {
      const place = document.getElementById("what-if-fields");
      const data = JSON.parse(document.getElementById("what-if-data").textContent);
      const changes = {}, held = [], rows = [];
      const make = (tag, parent, text = "", given = {}) => {
        const element = parent.appendChild(document.createElement(tag));
        element.textContent = text;
        for (const [name, value] of Object.entries(given)) element.setAttribute(name, value);
        return element;
      };
      const table = (title, header) => {
        const figure = make("figure", place, "", { class: "whatif", tabindex: 0 });
        make("figcaption", figure, title);
        const table = make("table", figure), head = make("tr", make("thead", table));
        header.forEach(text => make("th", head, text, { scope: "col" }));
        return make("tbody", table);
      };
      const unit = place.dataset.unit;
      const header = ["domain", "weight", "%"].concat(
        data.epochsAtFullWeight ? ["epochs"] : [], data.mixtures.slice(0, 3).map(m => m.id));
      const fields = table("Weights: move one, or two", header);
      data.profiles.forEach(profile => {
        const i = data.domains.indexOf(profile.domain), row = make("tr", fields);
        make("th", row, profile.domain, { scope: "row", dir: "auto" });
        const label = `weight of ${profile.domain} in per cent`;
        const inputs = ["range", "number"].map(type => make("input", make("td", row), "",
          { type, min: 0, max: 95, step: 0.1, "aria-label": label }));
        const epochs = data.epochsAtFullWeight ? make("td", row) : null;
        data.mixtures.slice(0, 3).forEach(m => make("td", row, whatIf.percent(m.weights[i])));
        inputs.forEach(input => input.addEventListener("input", () => {
          if (input.value === "" || !input.checkValidity() && input.type === "number") return;
          changes[i] = Number(input.value) / 100;
          if (!held.includes(i)) held.push(i);
          if (held.length > 2) delete changes[held.shift()];
          show(input);
        }));
        rows.push({ i, row, inputs, epochs });
      });
      const reset = make("button", place, `Back to the ${data.mixtures[0].id}`, { type: "button" });
      reset.addEventListener("click", () => {
        held.splice(0).forEach(i => delete changes[i]);
        show();
      });
      const said = make("div", place, "", { role: "status" });
      const best = ["natural", "uniform", "mde-optimum"]
        .flatMap(id => data.mixtures.slice(1).filter(m => m.id === id));
      const shown = best.concat(data.mixtures.slice(1).filter(m => !best.includes(m))).slice(0, 3);
      const losses = table(`Predicted, in ${unit}`, ["loss", "yours", `less ${data.mixtures[0].id}`]
        .concat(data.mixtures.slice(0, 1).concat(shown).map(m => m.id)));
      const cell = (value, radius, sign = "") => value === undefined ? "–"
        : `${(sign && value >= 0 ? "+" : "") + value.toFixed(3)}`.replace("-", "−")
          + (radius === null ? "" : ` ± ${radius.toFixed(3)}`);
      const lossRows = [data.objective.name].concat(data.sets).map((name, v) => {
        const row = make("tr", losses);
        make("th", row, name, { scope: "row", dir: "auto" });
        const own = [make("td", row), make("td", row)];
        [data.mixtures[0]].concat(shown).forEach(m =>
          make("td", row, cell(m.values[v], m.radii[v])));
        return own;
      });
      const command = make("code", make("p", place, "The same, exact for any weights: "));
      const show = from => {
        const found = whatIf.predict(data, changes);
        said.replaceChildren();
        if (found.problem) {
          make("p", said, found.problem);
          return;
        }
        rows.forEach(({ i, row, inputs, epochs }) => {
          const percent = 100 * found.weights[i];
          inputs.filter(input => input !== from).forEach(input => {
            input.value = percent.toFixed(1);
          });
          row.classList.toggle("best", i in changes);
          if (!epochs) return;
          epochs.textContent = (found.weights[i] * data.epochsAtFullWeight[i]).toFixed(2);
        });
        lossRows.forEach(([own, less], v) => {
          own.textContent = cell(found.values[v], found.radii[v]);
          less.textContent = Object.keys(changes).length
            ? cell(found.values[v] - data.mixtures[0].values[v], found.apart[v], "+") : "–";
        });
        const broken = found.broken.length > 0;
        make("p", said, broken ? "Constraints that break:" : "It keeps all constraints.");
        const list = broken ? make("ul", said) : null;
        found.broken.forEach(text => make("li", list, text));
        const quoted = name => /[ +=:,"']/.test(name) ? `"${name}"` : name;
        const text = Object.keys(changes).map(i =>
          `${quoted(data.domains[i])}=${Number(changes[i].toFixed(4))}`).join(",");
        command.textContent = `make what-if${place.dataset.run} MIXTURE='${text || "natural"}'`;
      };
      show();
      place.hidden = false;
    })();
    """#
}
