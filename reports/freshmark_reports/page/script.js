"use strict";
// Sorting, filtering and printing. Everything is readable without.
const keyOf = (row, place) => {
  const cell = row.cells[place];
  const key = cell.dataset.sort;
  if (key === undefined) return cell.textContent.trim();
  if (key === "") return null;
  const value = Number(key.replace("inf", "Infinity"));
  return Number.isNaN(value) ? key : value;
};
const compare = (a, b) =>
  typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en", { numeric: true });

const sortBy = (table, head) => {
  const ascending = head.getAttribute("aria-sort") === "descending" ||
    (!head.hasAttribute("aria-sort") && !head.classList.contains("num"));
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
  const rows = [...table.tBodies[0].rows].map((row, at) => ({ row, at, key: keyOf(row, head.cellIndex) }));
  rows.sort((a, b) => {
    if (a.key === null || b.key === null) return (a.key === null) - (b.key === null) || a.at - b.at;
    return (ascending ? 1 : -1) * compare(a.key, b.key) || a.at - b.at;
  });
  table.tBodies[0].append(...rows.map((one) => one.row));
};

const addFilter = (table) => {
  const bar = document.createElement("div");
  const label = document.createElement("label");
  const input = document.createElement("input");
  const status = document.createElement("span");
  bar.className = "filter";
  input.type = "search";
  input.placeholder = "Filter rows";
  label.textContent = "Filter rows";
  label.append(input);
  status.setAttribute("role", "status");
  bar.append(label, status);
  table.closest(".scroll").before(bar);
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const rows = [...table.tBodies[0].rows];
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
    }
    const shown = rows.filter((row) => !row.hidden).length;
    status.textContent = words.length ? `${shown} of ${rows.length} rows` : "";
  });
};

for (const table of document.querySelectorAll("table[data-sortable]")) {
  for (const head of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => sortBy(table, head));
  }
  if (table.tBodies[0].rows.length > 5) addFilter(table);
}

let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open])")];
  for (const one of opened) one.open = true;
});
addEventListener("afterprint", () => {
  for (const one of opened) one.open = false;
});
