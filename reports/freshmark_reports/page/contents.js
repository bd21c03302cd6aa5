// The contents follow the scroll, and frames show where they cut a table off.
const links = new Map([...document.querySelectorAll(".contents a")].map((link) => [link.hash.slice(1), link]));
const places = [...links.keys()].map((name) => document.getElementById(name)).filter(Boolean);
let current = null;
const follow = () => {
  // The last that has passed the upper third; of those that stand side by side the first.
  let found = places[0], highest = -Infinity;
  const end = innerHeight + scrollY >= document.documentElement.scrollHeight - 2 ? Infinity : innerHeight / 3;
  for (const place of places) {
    const { top } = place.getBoundingClientRect();
    if (top < end && top > highest + 60) [found, highest] = [place, top];
  }
  const here = links.get(found?.id);
  if (here === current || !here) return;
  current?.removeAttribute("aria-current");
  current = here;
  here.setAttribute("aria-current", "true");
  const strip = here.closest("nav");
  const [box, frame] = [here.getBoundingClientRect(), strip.getBoundingClientRect()];
  strip.scrollLeft += box.left - frame.left - (frame.width - box.width) / 2;
};
let waiting = 0;
const soon = () => { waiting ||= requestAnimationFrame(() => { waiting = 0; follow(); }); };
for (const type of ["scroll", "resize", "load"]) addEventListener(type, soon);
follow();

const cut = (scroll) => {
  const left = Math.abs(scroll.scrollLeft);
  scroll.parentNode.classList.toggle("cut-left", left > 2);
  scroll.parentNode.classList.toggle("cut-right", scroll.scrollWidth - scroll.clientWidth - left > 2);
};
const watch = new ResizeObserver((entries) => { for (const entry of entries) cut(entry.target); });
for (const scroll of document.querySelectorAll(".scroll")) {
  scroll.addEventListener("scroll", () => cut(scroll), { passive: true });
  watch.observe(scroll);
}
