"use strict";
// Sorting, filtering, choosing, copying, pointing and printing. Everything is readable without.
const make = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};
// Columns may stand under groups: the last row of the head has one cell a column.
const headsOf = (table) => [...[...table.tHead.rows].at(-1).cells];
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
  for (const other of headsOf(table)) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
  const rows = [...table.tBodies[0].rows].map((row, at) => ({ row, at, key: keyOf(row, head.cellIndex) }));
  rows.sort((a, b) => {
    if (a.key === null || b.key === null) return (a.key === null) - (b.key === null) || a.at - b.at;
    return (ascending ? 1 : -1) * compare(a.key, b.key) || a.at - b.at;
  });
  table.tBodies[0].append(...rows.map((one) => one.row));
};

// Text that a spreadsheet would compute gets an apostrophe before it.
const guarded = (text) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
const tex = { "\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}", "±": "$\\pm$", "−": "$-$" };
const field = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const forms = {
  CSV: (rows) => {
    const margins = rows[0].map((_, place) => rows.some((row) => row[place].margin));
    return rows.map((row, at) => row.flatMap((cell, place) => [
      field(cell.number ?? guarded(cell.text)),
      ...(margins[place] ? [at ? cell.margin : field(`${cell.text} ±`)] : []),
    ]).join(",")).join("\r\n") + "\r\n";
  },
  Markdown: (rows) => rows.flatMap((row, at) => [
    `| ${row.map((cell) => cell.text.replace(/[\\`*_{}[\]<>#|~$&!]/g, "\\$&")).join(" | ")} |`,
    ...(at ? [] : [`|${row.map((cell) => (cell.right ? " ---: " : " --- ")).join("|")}|`]),
  ]).join("\n") + "\n",
  LaTeX: (rows) => `\\begin{tabular}{${rows[0].map((cell) => (cell.right ? "r" : "l")).join("")}}\n\\hline\n` +
    rows.map((row, at) => row.map((cell) => cell.text.replace(/[\\~^±−&%$#_{}]/g, (one) => tex[one] ?? `\\${one}`))
      .join(" & ") + " \\\\\n" + (at ? "" : "\\hline\n")).join("") + "\\hline\n\\end{tabular}\n",
};
const seen = (table) => [headsOf(table)[0].parentNode, ...table.tBodies[0].rows]
  .filter((row) => !row.hidden && !("out" in row.dataset))
  .map((row) => [...row.cells].filter((cell) => !cell.hidden && !("out" in cell.dataset)).map((cell) => ({
    text: cell.abbr || cell.textContent.trim(),
    number: cell.dataset.sort,
    margin: cell.dataset.margin ?? "",
    right: cell.classList.contains("num"),
  })));
const copy = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = make("textarea", { value: text });
    document.querySelector("main").append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
};

const menu = (title, ...children) => {
  const found = make("details", { className: "menu" }, make("summary", {}, title), make("div", {}, ...children));
  found.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !found.contains(event.relatedTarget)) found.open = false;
  });
  found.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !found.open) return;
    found.open = false;
    found.firstChild.focus();
  });
  return found;
};
// Which rows and columns are shown; a group of columns is as wide as what is shown of it.
const spanGroups = (table) => {
  if (table.tHead.rows.length < 2) return;
  const heads = headsOf(table);
  let from = 0;
  for (const group of table.tHead.rows[0].cells) {
    const span = Number(group.dataset.span ??= group.colSpan);
    const shown = heads.slice(from, from += span).filter((head) => !head.hidden && !("out" in head.dataset)).length;
    group.hidden = !shown;
    group.colSpan = Math.max(shown, 1);
  }
};
const slug = (text) => text.toLowerCase().replace(/[^a-z0-9@]+/g, "-").replace(/^-|-$/g, "").slice(0, 60);
const download = (table) => {
  const blob = new Blob(["\ufeff", forms.CSV(seen(table))], { type: "text/csv" });
  const link = make("a", { href: URL.createObjectURL(blob), download: `${slug(table.ariaLabel) || "table"}.csv` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
};
const addBar = (table) => {
  const rows = [...table.tBodies[0].rows];
  const status = make("span");
  status.setAttribute("role", "status");
  const bar = make("div", { className: "bar" });
  const choice = (text, act) => {
    const button = make("button", { type: "button" }, text);
    button.addEventListener("click", act);
    return button;
  };
  const load = choice("Download CSV", () => download(table));
  if (!("sortable" in table.dataset)) {
    bar.append(load);
    table.closest(".frame").before(bar);
    return;
  }
  const input = make("input", { type: "search", placeholder: "Filter rows" });
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
    }
    const shown = rows.filter((row) => !row.hidden && !("out" in row.dataset)).length;
    status.textContent = words.length ? `${shown} of ${rows.length} rows` : "";
  });
  const boxes = headsOf(table).slice(1).map((head) => {
    const box = make("input", { type: "checkbox", checked: true });
    box.addEventListener("change", () => {
      for (const row of [head.parentNode, ...table.tBodies[0].rows]) row.cells[head.cellIndex].hidden = !box.checked;
      spanGroups(table);
    });
    const name = head.abbr || head.textContent.trim();
    return make("label", {}, box, head.title ? `${name}: ${head.title}` : name);
  });
  const buttons = Object.keys(forms).map((form) => choice(form, async () => {
    const taken = seen(table);
    await copy(forms[form](taken));
    status.textContent = `${taken.length - 1} rows copied as ${form}`;
  }));
  if (rows.length > 5) bar.append(make("label", {}, "Filter rows", input));
  if (boxes.length > 6) bar.append(menu("Columns", ...boxes));
  bar.append(menu("Copy", ...buttons), load, status);
  table.closest(".table").querySelector(".head").append(bar);
};

for (const table of document.querySelectorAll("table")) {
  addBar(table);
  if (!("sortable" in table.dataset)) continue;
  for (const head of headsOf(table)) {
    const button = make("button", { type: "button" }, ...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => sortBy(table, head));
  }
}

let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open], .menu)")];
  for (const one of opened) one.open = true;
});
addEventListener("afterprint", () => {
  for (const one of opened) one.open = false;
});
