"use strict";
// Turns the headings of a table with data-sortable into buttons that sort its rows; without it the table is as it was.
// A cell may carry data-value, what it is sorted by; a cell without a value stays at the end either way.

const order = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

function valueOf(row, column) {
  const cell = row.cells[column];
  return cell.dataset.value ?? cell.textContent.trim();
}

function compare(first, second) {
  const numbers = first.trim() !== "" && second.trim() !== "" && !isNaN(first) && !isNaN(second);
  return numbers ? Number(first) - Number(second) : order.compare(first, second);
}

function sort(table, heading, column) {
  const down = heading.getAttribute("aria-sort") === "ascending";
  const body = table.tBodies[0];
  const rows = [...body.rows].map((row) => ({ row, value: valueOf(row, column) }));
  rows.sort((a, b) => (a.value === "") - (b.value === "") || (down ? -1 : 1) * compare(a.value, b.value));
  body.append(...rows.map(({ row }) => row));
  for (const other of heading.parentNode.cells) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", down ? "descending" : "ascending");
}

for (const table of document.querySelectorAll("table[data-sortable]")) {
  [...table.tHead.rows[0].cells].forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    button.addEventListener("click", () => sort(table, heading, column));
    heading.append(button);
  });
}
