// One row of the ranking can be picked, and the whole page filtered; both are in the hash of the address:
// #r-1a2b3c4d&strategy=itemknn()&updated=every+1d
document.documentElement.classList.add("js");
const ranking = [...document.querySelectorAll("tbody tr[id]")];
const byId = new Map(ranking.map((row) => [row.id, row]));
const FACETS = [["strategy", "Strategy"], ["updated", "Updated"], ["stream", "Stream"]];
const filter = {};
let picked = null;

const kept = (dataset) => FACETS.every(([name]) => !filter[name] || !dataset[name] || dataset[name] === filter[name]);
const rowsOf = (one) => (one.dataset.row ?? "").split(" ").map((name) => byId.get(name)).filter(Boolean);
const shown = (one) => {
  const rows = rowsOf(one);
  return rows.length ? rows.some((row) => kept(row.dataset)) : kept(one.dataset);
};
// What an entry of a legend is about, its marks are about.
for (const key of document.querySelectorAll(".keys li[data-key]:is([data-row], [data-strategy])")) {
  const { row, strategy } = key.dataset;
  for (const mark of key.closest(".chart").querySelectorAll(`.draw [data-key="${key.dataset.key}"]`)) {
    if (mark.matches("[data-row], [data-strategy]") || mark.querySelector("[data-row]")) continue;
    Object.assign(mark.dataset, row ? { row } : { strategy });
  }
}
const about = [...document.querySelectorAll("main :is([data-row], [data-strategy])")];
const applyFilter = () => {
  for (const one of about) one.toggleAttribute("data-out", !shown(one));
  for (const table of document.querySelectorAll("table")) {
    for (const head of headsOf(table)) {
      if (!head.matches("[data-row], [data-strategy]")) continue;
      const out = head.hasAttribute("data-out");
      for (const row of table.tBodies[0].rows) row.cells[head.cellIndex].toggleAttribute("data-out", out);
    }
    spanGroups(table);
  }
  for (const one of document.querySelectorAll("article[data-stream], .contents li[data-stream]")) {
    one.toggleAttribute("data-out", !kept({ stream: one.dataset.stream }));
  }
  for (const [name, select] of selects) select.value = filter[name] ?? "";
  const left = ranking.filter((row) => kept(row.dataset)).length;
  count.textContent = left < ranking.length ? `${left} of ${ranking.length} rows` : "";
  clear.hidden = left === ranking.length;
};

// A picked row stands out in every chart that shows it, else its strategy does; its cells are listed below the page.
const panel = make("section", { className: "cell", hidden: true });
panel.setAttribute("aria-label", "The picked row");
panel.setAttribute("role", "region");
const applyPick = () => {
  for (const row of document.querySelectorAll("main tbody tr[data-row]")) {
    row.classList.toggle("picked", picked !== null && row.dataset.row.split(" ").includes(picked.id));
  }
  for (const row of ranking) row.querySelector(".pick").ariaCurrent = row === picked ? "true" : null;
  for (const svg of document.querySelectorAll(".chart .draw svg")) {
    const marks = [...svg.querySelectorAll("[data-row], [data-strategy]")];
    const of = (one) => rowsOf(one)[0]?.dataset ?? { stream: picked.dataset.stream, ...one.dataset };
    const exact = picked ? marks.filter((one) => one.dataset.row?.split(" ").includes(picked.id)) : [];
    const own = exact.length || !picked ? exact
      : marks.filter((one) => ["strategy", "stream"].every((name) => of(one)[name] === picked.dataset[name]));
    const around = new Set(own.flatMap((one) => [one, ...marks.filter((other) => other.contains(one) || one.contains(other))]));
    for (const one of marks) one.classList.toggle("faded", own.length > 0 && !around.has(one));
  }
  panel.hidden = !picked;
  if (picked) fillPanel();
};
const fillPanel = () => {
  const name = [...picked.cells].slice(0, 2).map((cell) => cell.textContent.trim()).join(" ");
  const close = make("button", { type: "button" }, "Close (Esc)");
  close.addEventListener("click", () => pick(null));
  const facts = headsOf(picked.closest("table")).slice(2).map((head, at) => [head, picked.cells[at + 2]])
    .filter(([, cell]) => !["", "–"].includes(cell.textContent.trim()))
    .map(([head, cell]) => make("div", {}, make("dt", {}, head.abbr || head.textContent.trim()), make("dd", {}, cell.textContent.trim())));
  const cells = [...document.querySelectorAll(".folded tr[data-row]")]
    .filter((row) => row.dataset.row === picked.id && headsOf(row.closest("table"))[0].textContent.trim() === "Cell");
  const lists = cells.map((row) => {
    const heads = headsOf(row.closest("table"));
    const own = [...row.cells].slice(1).map((cell, at) => make("div", {},
      make("dt", {}, heads[at + 1].textContent.trim()), make("dd", {}, cell.textContent.trim())));
    return make("dl", {}, ...own);
  });
  for (const row of cells) row.closest("details").open = true;
  panel.replaceChildren(make("p", {}, make("strong", {}, name), " ", close), make("dl", {}, ...facts), ...lists);
};
const pick = (row) => {
  picked = row;
  applyPick();
  remember(row ? row.id : "");
  row?.scrollIntoView({ block: "nearest" });
};

const remember = (anchor) => {
  const parts = [anchor, String(new URLSearchParams(FACETS.filter(([name]) => filter[name]).map(([name]) => [name, filter[name]])))];
  history.replaceState(null, "", `#${parts.filter(Boolean).join("&")}`);
};
const recall = () => {
  const [first, ...rest] = location.hash.slice(1).split("&");
  const named = first.includes("=") ? "" : first;
  const given = new URLSearchParams((named ? rest : [first, ...rest]).join("&"));
  const any = FACETS.some(([name]) => given.has(name));
  for (const [name] of FACETS) if (any || !named) filter[name] = given.get(name) ?? "";
  picked = byId.get(named) ?? (named ? picked : null);
  applyFilter();
  applyPick();
  if (rest.length || (named && FACETS.some(([name]) => filter[name]))) {
    remember(named);
    document.getElementById(named)?.scrollIntoView();
  }
};

const selects = new Map();
const count = make("span");
count.setAttribute("role", "status");
const clear = make("button", { type: "button", hidden: true }, "Show all");
if (ranking.length > 1 && document.querySelector(".side")) {
  const choices = FACETS.map(([name, title]) => {
    const values = [...new Set(ranking.map((row) => row.dataset[name]))];
    if (values.length < 2) return "";
    const select = make("select", {}, make("option", { value: "" }, "all"),
      ...values.map((value) => make("option", { value }, value)));
    selects.set(name, select);
    select.addEventListener("change", () => {
      filter[name] = select.value;
      applyFilter();
      remember(picked?.id ?? "");
    });
    return make("label", {}, title, select);
  });
  clear.addEventListener("click", () => {
    for (const [name] of FACETS) filter[name] = "";
    applyFilter();
    remember(picked?.id ?? "");
  });
  const tools = make("details", { className: "tools" }, make("summary", {}, "Filter"), make("div", {}, ...choices, clear, count));
  tools.open = matchMedia("(min-width: 1200px)").matches;
  document.querySelector(".side").append(tools);
  document.querySelector("main").append(panel);

  for (const row of ranking) {
    const link = row.querySelector(".pick");
    row.addEventListener("click", (event) => {
      if (event.target.closest("button") || event.ctrlKey || event.metaKey || event.shiftKey || getSelection().toString()) return;
      event.preventDefault();
      pick(row === picked ? null : row);
    });
    link.addEventListener("keydown", (event) => {
      const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
      if (event.key === " ") link.click();
      if (step) {
        let other = row[step];
        while (other && (other.hidden || "out" in other.dataset)) other = other[step];
        other?.querySelector(".pick")?.focus();
        if (other && picked) pick(other);
      }
      if (step || event.key === " ") event.preventDefault();
    });
  }
  addEventListener("keydown", (event) => { if (event.key === "Escape" && picked) pick(null); });
  addEventListener("hashchange", recall);
  if (location.hash) recall();
}
