// A key of a legend hides what goes with it; pointing at a key dims everything else.
const tip = make("div", { className: "tip", hidden: true });
document.querySelector("main").append(tip);
for (const chart of document.querySelectorAll(".chart")) {
  const parts = [...chart.querySelectorAll("[data-key]")].filter((one) => one.closest("svg"));
  const off = new Set();
  for (const key of chart.querySelectorAll(".keys li[data-key]")) {
    const own = (part) => part.dataset.key === key.dataset.key;
    const button = make("button", { type: "button" }, ...key.childNodes);
    key.append(button);
    button.setAttribute("aria-pressed", "true");
    button.addEventListener("click", () => {
      const hide = button.getAttribute("aria-pressed") === "true";
      button.setAttribute("aria-pressed", String(!hide));
      off[hide ? "add" : "delete"](key.textContent.trim());
      for (const part of parts) if (own(part)) part.style.display = hide ? "none" : "";
    });
    const dim = (on) => { for (const part of parts) part.style.opacity = on && !own(part) ? 0.15 : ""; };
    for (const type of ["pointerenter", "focus"]) button.addEventListener(type, () => dim(true));
    for (const type of ["pointerleave", "blur"]) button.addEventListener(type, () => dim(false));
  }
  const draw = chart.querySelector(".draw");
  if (!draw) continue;
  const svg = draw.querySelector("svg");
  const marks = [...svg.querySelectorAll("[data-entry]")].map((mark) => [mark, Number(mark.dataset.entry)]);
  const places = () => (draw.dataset.across ?? "").split(" ").filter(Boolean).map(Number);
  if (!marks.length && !places().length) continue;
  const table = chart.querySelector("details table");
  const heads = headsOf(table).map((head) => head.abbr || head.textContent.trim());
  const guide = document.createElementNS("http://www.w3.org/2000/svg", "path");
  guide.setAttribute("class", "guide");
  svg.append(guide);
  const leave = () => { tip.hidden = true; guide.removeAttribute("d"); };
  const point = (event) => {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    const across = places(); // of now: zooming moves them
    let row = -1, best = marks.length ? 18 : 30;
    across.forEach((x, place) => { if (Math.abs(x - at.x) < best) [best, row] = [Math.abs(x - at.x), place]; });
    for (const [mark, place] of marks) {
      const box = mark.getBBox();
      const far = Math.hypot(box.x + box.width / 2 - at.x, box.y + box.height / 2 - at.y);
      if (box.width && far < best) [best, row] = [far, place];
    }
    if (row < 0) return leave();
    if (across.length) guide.setAttribute("d", `M${across[row]} 0V${svg.viewBox.baseVal.height}`);
    const cells = [...table.tBodies[0].rows[row].cells];
    const lines = cells.slice(1).map((cell, place) => [heads[place + 1], cell.textContent.trim(), cell.className])
      .filter(([head, text]) => text && text !== "–" && !off.has(head)).slice(0, 12)
      .map(([head, text, kind]) => make("div", {}, kind ? make("span", {}, head) : "", make("span", {}, text)));
    tip.replaceChildren(make("strong", {}, cells[0].textContent.trim()), ...lines);
    tip.hidden = false;
    const left = Math.min(event.clientX + 16, innerWidth - tip.offsetWidth - 8);
    const top = event.clientY + 16 + tip.offsetHeight > innerHeight ? event.clientY - tip.offsetHeight - 12 : event.clientY + 16;
    Object.assign(tip.style, { left: `${Math.max(8, left)}px`, top: `${Math.max(8, top)}px` });
  };
  for (const type of ["pointermove", "pointerdown"]) svg.addEventListener(type, point);
  svg.addEventListener("pointerleave", leave);
  addEventListener("keydown", (event) => { if (event.key === "Escape") leave(); });
}
