// Time can be zoomed: drag over a stretch of a chart, or press + and - on it; the button and Escape show all of it again.
for (const draw of document.querySelectorAll(".draw[data-across]")) {
  const svg = draw.querySelector("svg");
  const plot = svg.querySelector("clipPath rect");
  if (!plot) continue;
  const [left, wide] = ["x", "width"].map((name) => Number(plot.getAttribute(name)));
  const across = draw.dataset.across.split(" ").map(Number);
  const times = [...draw.closest(".chart").querySelectorAll("details tbody th")].map((one) => one.textContent.trim());
  const uses = [...svg.querySelectorAll("use[clip-path], [clip-path] use")];
  const banded = uses.filter((one) => !Number(one.getAttribute("x")));
  const outlines = banded.map((one) => svg.querySelector(one.getAttribute("href")));
  const paths = [...svg.querySelectorAll("path[clip-path], [clip-path] > path"), ...outlines]
    .map((one) => [one, one.getAttribute("d")]);
  const places = [...uses.filter((one) => !banded.includes(one)), ...svg.querySelectorAll("[data-tick] text, [data-moment] text")]
    .map((one) => [one, Number(one.getAttribute("x"))]);
  const reset = make("button", { type: "button", className: "all", hidden: true });
  draw.before(reset);

  let span = [left, left + wide];
  const show = (from, to) => {
    span = [Math.max(from, left), Math.min(to, left + wide)];
    const move = (x) => left + (x - span[0]) * wide / (span[1] - span[0]);
    const inside = (x) => move(x) >= left - 1 && move(x) <= left + wide + 1;
    for (const [path, d] of paths) {
      path.setAttribute("d", d.replace(/(-?[\d.]+) (-?[\d.]+)/g, (_, x, y) => `${Number(move(Number(x)).toFixed(1))} ${y}`));
    }
    for (const [one, x] of places) {
      one.setAttribute("x", move(x).toFixed(1));
      if (one.tagName === "text") one.removeAttribute("transform");
      one.style.visibility = inside(x) ? "" : "hidden";
    }
    draw.dataset.across = across.map((x) => (inside(x) ? move(x).toFixed(1) : -9999)).join(" ");
    const seen = times.filter((_, place) => inside(across[place]));
    reset.hidden = span[0] === left && span[1] === left + wide;
    reset.textContent = `${seen[0]} to ${seen.at(-1)}: show all`;
  };
  const all = () => show(left, left + wide);
  const zoom = (factor) => {
    const [middle, half] = [(span[0] + span[1]) / 2, (span[1] - span[0]) / 2 * factor];
    show(middle - half, middle + half);
  };
  reset.addEventListener("click", all);
  draw.addEventListener("keydown", (event) => {
    const act = { "+": () => zoom(0.5), "-": () => zoom(2), Escape: all }[event.key];
    if (act) act();
  });

  const at = (event) => new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse()).x;
  let begin = null;
  svg.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "touch" || event.button) return; // a finger scrolls
    begin = at(event);
    event.preventDefault();
  });
  addEventListener("pointerup", (event) => {
    if (begin === null) return;
    const ends = [begin, at(event)].sort((one, other) => one - other);
    begin = null;
    const back = (x) => span[0] + (x - left) * (span[1] - span[0]) / wide;
    const [from, to] = ends.map(back);
    if (ends[1] - ends[0] > 8 && across.some((x) => x >= from && x <= to)) show(from, to);
  });
}
