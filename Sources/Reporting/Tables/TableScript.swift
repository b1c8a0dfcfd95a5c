/// The script of the page's tables, which are whole without it.
enum TableScript {
  /// Buttons in the headers of tables, which sort them.
  static let sorting = #"""
    document.querySelectorAll("figure.table table").forEach(table => {
      const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells];
      const number = text => {
        const found = text.replace(/−/g, "-").match(/-?\d+(\.\d+)?(e[+-]?\d+)?/i);
        return found ? Number(found[0]) : NaN;
      };
      heads.forEach((head, column) => {
        const button = document.createElement("button");
        button.type = "button";
        button.append(...head.childNodes);
        head.append(button);
        button.addEventListener("click", () => {
          const turned = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
          heads.forEach(other => other.removeAttribute("aria-sort"));
          head.setAttribute("aria-sort", turned > 0 ? "ascending" : "descending");
          const rows = [...body.rows].map(row => {
            const text = row.cells[column].textContent;
            return { row, text, value: column ? number(text) : NaN };
          });
          const isText = rows.every(({ value }) => Number.isNaN(value));
          rows.sort((a, b) => isText ? turned * a.text.localeCompare(b.text, "en")
            : Number.isNaN(a.value) ? (Number.isNaN(b.value) ? 0 : 1)
            : Number.isNaN(b.value) ? -1 : turned * (a.value - b.value));
          body.append(...rows.map(({ row }) => row));
        });
      });
    });
    """#
}
