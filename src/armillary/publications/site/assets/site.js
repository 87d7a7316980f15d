// Progressive enhancement only: every page is complete without it.
"use strict";

// Tables marked data-sortable get a button in each header cell marked data-sort.
// Cells give the value to sort by in data-value; empty ones stay last.
for (const table of document.querySelectorAll("table[data-sortable]")) {
  const body = table.tBodies[0];
  const order = new Intl.Collator(document.documentElement.lang, { numeric: true });
  for (const head of table.tHead.rows[0].cells) {
    if (!("sort" in head.dataset)) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const descending = head.getAttribute("aria-sort") === "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", descending ? "descending" : "ascending");
      const at = head.cellIndex;
      const value = (row) => row.cells[at].dataset.value ?? row.cells[at].textContent.trim();
      const numeric = head.dataset.sort === "number";
      const rows = [...body.rows].map((row) => [value(row), row]);
      rows.sort(([a], [b]) => {
        if (a === "" || b === "") return (a === "") - (b === "");
        const difference = numeric ? a - b : order.compare(a, b);
        return descending ? -difference : difference;
      });
      body.append(...rows.map(([, row]) => row));
    });
  }
}
