"""The page in a real Chromium: what a reader sees, and what a hostile name cannot do."""

import csv
import io
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from freshmark import Results
from freshmark.results.costs.budget import Budget
from freshmark.results.output.comparison import comparison_of
from freshmark.results.output.index import index_of
from freshmark.results.output.regression_limits import Limits
from freshmark_reports.html import page

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::ResourceWarning")]

SIZES = {"wide": (1440, 900), "middle": (768, 1024), "phone": (390, 844)}
CONTRAST = """
() => {
  const linear = (v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
  const lum = (c) => { const [r, g, b] = c.map(linear);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const behind = (e) => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor);
    if (c.length === 3 || c[3] > 0) return c.slice(0, 3); } return [255, 255, 255]; };
  let worst = 21, where = "";
  for (const e of document.querySelectorAll("h1,h2,p,li span,th,td,figcaption,summary,pre,button,text")) {
    if (!e.textContent.trim() || !e.getClientRects().length) continue;
    const style = getComputedStyle(e);
    const ink = parse(e.tagName === "text" && style.fill !== "none" ? style.fill : style.color).slice(0, 3);
    const [a, b] = [lum(ink), lum(behind(e))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < worst) { worst = ratio; where = e.tagName + " " + e.textContent.slice(0, 40); }
  }
  return [worst, where];
}
"""


@pytest.fixture
def opened(chromium, tmp_path):
    """A page of this text, opened from file://, with all that it asked for and complained of."""
    contexts = []

    def open_page(text, size="wide", **options):
        path = tmp_path / "report.html"
        path.write_text(text, "utf-8")
        width, height = SIZES[size]
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        tab = context.new_page()
        tab.asked, tab.complaints = [], []
        tab.on("request", lambda request: tab.asked.append(request.url))
        tab.on("console", lambda message: tab.complaints.append(message.text))
        tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
        tab.goto(path.as_uri())
        return tab

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def text(usual, sections):
    return page(usual, sections)


@pytest.fixture(scope="module")
def hostile_text(hostile, sections):
    return page(hostile, sections)


def test_the_page_asks_for_nothing_and_complains_of_nothing(opened, text):
    tab = opened(text)
    assert [url for url in tab.asked if not url.startswith("file:")] == []
    assert len(tab.asked) == 1
    assert tab.complaints == []


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_never_scrolls_sideways_and_can_be_read(opened, text, size, scheme):
    tab = opened(text, size, color_scheme=scheme)
    assert tab.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
    worst, where = tab.evaluate(CONTRAST)
    assert worst >= 4.5, where


def test_dark_is_dark(opened, text):
    light = opened(text, color_scheme="light").evaluate("getComputedStyle(document.body).backgroundColor")
    dark = opened(text, color_scheme="dark").evaluate("getComputedStyle(document.body).backgroundColor")
    assert [sum(map(int, re.findall(r"\d+", colour)[:3])) > 380 for colour in (light, dark)] == [True, False]


ANSWER = ("h1.verdict", ".badge", ".numbers", ".more >> nth=1", ".alerts li >> nth=0")
RANKING = (".lead .draw svg", "table[data-sortable] >> nth=0 >> thead", "tbody tr[id] >> nth=2")


@pytest.mark.parametrize(("size", "held"), [("wide", (*ANSWER, *RANKING)), ("phone", ANSWER)])
def test_the_first_screen_answers(opened, text, size, held):
    tab = opened(text, size)
    assert tab.locator(".numbers > div").count() == 4
    assert len(tab.locator("h1.verdict").inner_text().split()) <= 12
    for selector in held:
        box = tab.locator(selector).bounding_box()
        assert box, selector
        assert box["y"] + box["height"] <= SIZES[size][1], selector


def test_on_a_phone_sentences_come_before_tables_and_names_do_not_break(opened, text):
    tab = opened(text, "phone")
    assert tab.locator(".more").nth(1).bounding_box()["y"] < tab.locator("tbody tr").first.bounding_box()["y"]
    assert set(tab.locator("tbody tr[id] .pick").evaluate_all("e => e.map((one) => one.offsetHeight)")) == {21}


def column(tab, place):
    return tab.locator(f"table[data-sortable] >> nth=0 >> tbody tr > :nth-child({place})").all_inner_texts()


def test_the_ranking_sorts_by_button_and_says_how(opened, text):
    tab = opened(text)
    head = tab.locator("table[data-sortable] >> nth=0 >> th", has_text="CPU s / M")
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    costs = [float(cost.partition("\u00a0")[0].replace(",", "")) for cost in column(tab, 11) if cost != "–"]
    assert costs == sorted(costs, reverse=True)
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    assert column(tab, 11)[-1] == "–"
    assert tab.locator("th[aria-sort]").count() == 1


def test_the_ranking_sorts_by_keyboard(opened, text):
    tab = opened(text)
    button = tab.locator("table[data-sortable] >> nth=0 >> th button").first
    button.focus()
    tab.keyboard.press("Enter")
    assert column(tab, 1) == sorted(column(tab, 1))
    tab.keyboard.press("Space")
    assert column(tab, 1) == sorted(column(tab, 1), reverse=True)


def test_the_ranking_filters_and_says_how_many_are_left(opened, text):
    tab = opened(text)
    tab.locator("input[type=search]").first.fill("1d popularity")
    visible = tab.locator("table[data-sortable] >> nth=0 >> tbody tr:visible")
    assert visible.count() == 1
    assert tab.locator("main [role=status]").first.inner_text() == "1 of 13 rows"
    tab.locator("input[type=search]").first.fill("")
    assert visible.count() == 13


def over_time(tab):
    return tab.locator("section", has=tab.locator("h2", has_text="Accuracy over time")).locator(".chart").first


def test_a_key_of_a_legend_hides_what_goes_with_it_and_shows_it_again(opened, text):
    tab = opened(text)
    chart = over_time(tab)
    key = chart.locator(".keys button", has_text="itemknn()")
    assert key.get_attribute("aria-pressed") == "true"
    lines = chart.locator(f".draw [data-key='{key.locator('..').get_attribute('data-key')}']")
    shown = "e => e.map(one => getComputedStyle(one).display !== 'none')"
    assert lines.count() >= 2
    assert all(lines.evaluate_all(shown))
    key.focus()
    tab.keyboard.press("Enter")
    assert key.get_attribute("aria-pressed") == "false"
    assert not any(lines.evaluate_all(shown))
    tab.keyboard.press("Enter")
    assert all(lines.evaluate_all(shown))


def test_pointing_at_a_moment_tells_what_everyone_had_then(opened, text):
    tab = opened(text)
    chart = over_time(tab)
    assert not tab.locator(".tip").is_visible()
    chart.locator(".draw svg").scroll_into_view_if_needed()
    chart.locator(".draw svg").hover()
    tip = tab.locator(".tip")
    assert tip.is_visible()
    row = chart.locator("tbody tr", has=tab.locator("th", has_text=tip.locator("strong").inner_text()))
    told = [tip.locator("div").nth(0).locator("span").nth(1).inner_text()]
    assert told[0] in [text.strip() for text in row.locator("td").all_text_contents()]
    tab.keyboard.press("Escape")
    assert not tip.is_visible()


def test_pointing_at_a_mark_tells_its_row(opened, text):
    tab = opened(text)
    draw = tab.locator(".lead .draw")
    mark = draw.locator("[data-entry]").last
    row = int(mark.get_attribute("data-entry"))
    box = mark.bounding_box()
    tab.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    cells = tab.locator(".lead details tbody tr").nth(row).locator("th, td").all_text_contents()
    said = tab.locator(".tip").inner_text()
    assert cells[0].strip() in said
    assert cells[2].strip() in said


def test_a_hidden_strategy_is_not_told_when_pointed_at(opened, text):
    tab = opened(text)
    chart = over_time(tab)
    chart.locator(".keys button", has_text="itemknn()").click()
    chart.locator(".draw svg").hover()
    assert "itemknn()" not in tab.locator(".tip").inner_text()


def test_columns_can_be_chosen(opened, text):
    tab = opened(text)
    table = tab.locator("table[data-sortable]").first
    tab.locator(".menu summary", has_text="Columns").first.click()
    head = table.locator("th", has_text="CPU s / M")
    assert head.is_visible()
    tab.locator(".menu label", has_text="CPU s / M").first.click()
    assert not head.is_visible()
    assert not table.locator("tbody tr").first.locator("td").nth(9).is_visible()
    tab.keyboard.press("Escape")
    assert not tab.locator(".menu label").first.is_visible()


@pytest.fixture
def copied(opened):
    """What the first table copies in a form."""

    def copy(text, form):
        tab = opened(text)
        tab.evaluate("navigator.clipboard.writeText = async (text) => { window.taken = text; }")
        tab.locator(".menu summary", has_text="Copy").first.click()
        tab.locator(".menu button", has_text=form).first.click()
        assert re.search(rf"\d+ rows copied as {form}", tab.locator("main [role=status]").first.inner_text())
        return tab.evaluate("window.taken")

    return copy


def rows_shown(tab):
    return tab.locator("tbody tr[id]:visible").count()


def test_the_contents_follow_the_scroll(opened, text):
    tab = opened(text)
    current = tab.locator(".contents [aria-current]")
    assert current.inner_text() == "Verdict"
    tab.locator(".contents a", has_text="Latency").click()
    tab.locator(".contents [aria-current]", has_text="Latency").wait_for()
    section = tab.locator("section", has=tab.locator("h2", has_text="Latency"))
    assert tab.url.split("#")[1] == section.get_attribute("id")


@pytest.mark.parametrize("keys", [("Enter",), ("Space",), None])
def test_a_row_is_picked_and_its_cells_are_listed_until_escape(opened, text, keys):
    tab = opened(text)
    row = tab.locator("tbody tr[id]").nth(1)
    if keys is None:
        row.locator("td").nth(3).click()
    else:
        row.locator(".pick").focus()
        for key in keys:
            tab.keyboard.press(key)
    assert tab.url.endswith(f"#{row.get_attribute('id')}")
    assert tab.locator(".cell").is_visible()
    assert tab.locator(".cell", has_text="--seeds 3").count() == 1
    assert tab.locator("tr.picked").count() > 1  # in every table that lists it
    tab.keyboard.press("Escape")
    assert not tab.locator(".cell").is_visible()
    assert tab.locator("tr.picked").count() == 0


def test_a_picked_row_stands_out_in_every_chart_that_shows_its_strategy(opened, text):
    tab = opened(text)
    row = tab.locator("tbody tr[id]").nth(1)
    row.locator(".pick").press("Enter")
    name = row.get_attribute("id")
    lead = tab.locator(".lead .draw svg")
    assert lead.locator(f"[data-row='{name}']").count() > 0
    assert lead.locator(f"[data-row='{name}'].faded").count() == 0
    others = lead.locator(f"[data-row]:not([data-row='{name}'])")
    assert others.count() == lead.locator(".faded[data-row]").count() > 0
    # Latency draws each strategy at its best schedule, which is another one of the same strategy.
    latency = tab.locator("section", has=tab.locator("h2", has_text="Latency")).locator(".draw svg").first
    assert 0 < latency.locator(".faded[data-key]").count() < latency.locator("[data-key]").count()


def test_a_filter_by_stream_hides_the_other_streams(opened, fabricated, made, sections):
    streams = [fabricated.MadeStream("one"), fabricated.MadeStream("two")]
    cells = [fabricated.MadeCell(name, stream=stream.name) for stream in streams for name in ("a()", "b()")]
    tab = opened(page(made(cells, streams), sections))
    tab.locator(".tools select").last.select_option("two")
    assert tab.locator("article:visible").count() == 1
    assert tab.locator(".contents .chapter:visible").all_inner_texts() == ["two"]
    assert rows_shown(tab) == 2


def test_arrow_keys_pick_the_next_row(opened, text):
    tab = opened(text)
    rows = tab.locator("tbody tr[id]")
    rows.nth(0).locator(".pick").press("Enter")
    tab.keyboard.press("ArrowDown")
    assert tab.url.endswith(f"#{rows.nth(1).get_attribute('id')}")
    tab.keyboard.press("ArrowUp")
    assert tab.url.endswith(f"#{rows.nth(0).get_attribute('id')}")


def test_a_permalink_picks_its_row(opened, text):
    tab = opened(text)
    name = tab.locator("tbody tr[id]").nth(2).get_attribute("id")
    tab.goto(f"{tab.url.split('#')[0]}#{name}")
    assert tab.locator(f"#{name}.picked").count() == 1


def test_one_filter_holds_for_tables_and_legends_and_stands_in_the_address(opened, text):
    tab = opened(text)
    tab.locator(".tools select").first.select_option("itemknn()")
    assert rows_shown(tab) == 3
    assert set(tab.locator(".keys li[data-strategy]:visible").evaluate_all("e => e.map((one) => one.textContent)")) == {
        "itemknn()"
    }
    tab.locator(".tools select").nth(1).select_option("every 1d")
    assert rows_shown(tab) == 1
    again = opened(text)
    again.goto(tab.url)
    again.reload()
    assert rows_shown(again) == 1
    again.locator(".tools button").click()
    assert rows_shown(again) == 13
    assert "=" not in again.url


def test_a_filter_stays_where_a_section_is_gone_to(opened, text):
    tab = opened(text)
    tab.locator(".tools select").first.select_option("itemknn()")
    tab.locator(".contents a", has_text="Memory").click()
    tab.wait_for_url("**strategy=**")
    assert rows_shown(tab) == 3


def test_a_frame_shows_where_it_cuts_a_table_off(opened, text):
    tab = opened(text)
    frame, scroll = tab.locator(".free .frame").first, tab.locator(".free .scroll").first
    tab.locator(".free .frame.cut-right").first.wait_for()
    scroll.evaluate("e => { e.scrollLeft = e.scrollWidth; }")
    tab.locator(".free .frame.cut-left").first.wait_for()
    assert "cut-right" not in frame.get_attribute("class")


def test_groups_of_columns_are_as_wide_as_the_columns_that_are_shown(opened, text):
    tab = opened(text)
    group = tab.locator(".groups th", has_text="Answer time").first
    assert group.get_attribute("colspan") == "3"
    tab.locator(".menu summary", has_text="Columns").first.click()
    tab.locator(".menu label", has_text="Answer time p95").first.click()
    assert group.evaluate("e => e.colSpan") == 2


def downloaded(tab, button):
    with tab.expect_download() as started:
        button.click()
    return list(csv.reader(io.StringIO(Path(started.value.path()).read_text("utf-8-sig"))))


def test_a_table_and_a_chart_are_downloaded_as_csv(opened, text, usual):
    tab = opened(text)
    rows = downloaded(tab, tab.locator(".free .bar > button").first)
    assert rows[0][:4] == ["Strategy", "Updated", "NDCG@10", "NDCG@10 ±"]
    assert float(rows[1][2]) == usual.ranking()["value"].iloc[0]
    assert float(rows[1][3]) == usual.ranking()["margin"].iloc[0]
    tab.locator(".chart summary").first.click()
    rows = downloaded(tab, tab.locator(".chart .bar > button").first)
    assert len(rows) == 13
    assert float(rows[1][2]) == pytest.approx(usual.ranking()["cpu_seconds_per_million"].min(), rel=1e-5)


def test_the_ranking_is_copied_as_csv_in_full_precision(copied, text, usual):
    rows = list(csv.reader(io.StringIO(copied(text, "CSV"))))
    ranking = usual.ranking()
    assert rows[0][:3] == ["Strategy", "Updated", "NDCG@10"]
    assert len(rows) == len(ranking) + 1
    assert float(rows[1][2]) == ranking["value"].iloc[0]


def test_a_copied_name_is_no_formula_and_breaks_no_table(copied, hostile_text, hostile):
    names = [row[0] for row in csv.reader(io.StringIO(copied(hostile_text, "CSV")))]
    assert "'=cmd|'/c calc'!A1" in names
    assert len(names) == len(hostile.ranking()) + 1


def test_the_ranking_is_copied_as_markdown_and_latex(copied, text):
    lines = copied(text, "Markdown").splitlines()
    assert {line.count("|") - line.count("\\|") for line in lines} == {24}
    latex = copied(text, "LaTeX")
    assert latex.startswith("\\begin{tabular}{llr")
    assert latex.count(" \\\\\n") == len(lines) - 1
    assert "retrain(mf()) & every 1h & 0.24" in latex
    assert "$\\pm$" in latex
    assert not re.search(r"(?<!\\)[%_#]", latex)


@pytest.fixture(scope="module")
def axe(tmp_path_factory):
    """axe-core, from the registry of npm into a folder of the test; nothing of it belongs to freshmark."""
    if not shutil.which("npm"):
        pytest.skip("no npm here, which axe-core comes with")
    folder = tmp_path_factory.mktemp("axe")
    words = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), "axe-core@4"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)
    script = folder / "node_modules" / "axe-core" / "axe.min.js"
    if done.returncode or not script.is_file():
        pytest.skip(f"axe-core cannot be installed: {done.stderr.strip()[:200]}")
    return script.read_text("utf-8")


@pytest.mark.network
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(opened, text, axe, size, scheme):
    tab = opened(text, size, color_scheme=scheme, bypass_csp=True)
    tab.evaluate(axe)
    found = tab.evaluate("axe.run(document)")["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


def test_numbers_behind_a_chart_open_by_keyboard(opened, text):
    tab = opened(text)
    summary = tab.locator(".chart summary").first
    summary.focus()
    tab.keyboard.press("Enter")
    assert tab.locator(".chart details table").first.is_visible()


def test_everything_can_be_read_without_a_script(opened, text):
    tab = opened(text, java_script_enabled=False)
    assert tab.locator("h1.verdict").is_visible()
    assert tab.locator("table[data-sortable] tbody tr").first.is_visible()
    assert tab.locator("svg").first.is_visible()
    assert tab.locator("input").count() == 0


def test_printing_opens_what_is_folded(opened, text):
    tab = opened(text)
    assert tab.locator("details:not([open])").count() > 0
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert tab.locator("details:not([open], .menu)").count() == 0
    tab.evaluate("dispatchEvent(new Event('afterprint'))")
    assert tab.locator("details:not([open])").count() > 0


def test_printed_pages_cut_no_column_off(opened, text):
    tab = opened(text)
    tab.emulate_media(media="print")
    tab.set_viewport_size({"width": 1032, "height": 730})  # A4 across, less its margins
    table = tab.locator("table[data-sortable]").first.bounding_box()
    assert table["x"] + table["width"] <= 1033
    assert not tab.locator("input").first.is_visible()


def test_printed_pages_cut_off_nothing_at_all(opened, text):
    assert cut_off(opened(text)) == []


def test_printed_numbers_of_many_strategies_under_limits_are_not_cut_off_either(opened, fabricated, made, sections):
    cells = [fabricated.MadeCell(f"strategy(number={place})", every, 0.1 + place / 20)
             for place in range(9) for every in ("1d", "never")]  # fmt: skip
    results = made(cells).priced(["cpu_hour=1"]).within(Budget(cost=1e-9))
    assert cut_off(opened(page(results, sections))) == []


def cut_off(tab):
    """What lies beyond the edge of the paper, A4 across."""
    tab.emulate_media(media="print")
    tab.set_viewport_size({"width": 1032, "height": 730})
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    return tab.evaluate("""() => [...document.querySelectorAll("td, th, figcaption, pre, svg, p")]
      .filter((one) => one.getClientRects().length && one.getBoundingClientRect().right > 1033)
      .map((one) => one.tagName + " " + one.textContent.slice(0, 60))""")


def sections_of(document):
    return lambda _: document.sections


@pytest.fixture(scope="module")
def other_pages(fabricated, tmp_path_factory):
    """A comparison with a regression, and an index of runs."""
    folder = tmp_path_factory.mktemp("runs")
    cell = fabricated.MadeCell
    for name, skill in (("before", 0.6), ("after", 0.4)):
        fabricated.fabricate(folder / name, [cell("a()", skill=skill), cell("b()", skill=0.3), cell(f"{name}()")])
    (folder / "after" / "report.html").write_text("x")
    before, after = (Results.open(folder / name, metrics={}).recorded for name in ("before", "after"))
    documents = {
        "index": index_of(folder, lambda run: Results.open(run, metrics={})),
        "compare": comparison_of(before, after, Limits.parse(["ndcg@10=1%"], "+10%")),
    }
    found = {}
    for name, document in documents.items():
        found[name] = page(document, {"all": sections_of(document)})
    return found


@pytest.mark.network
@pytest.mark.parametrize("name", ["index", "compare"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_other_pages(opened, other_pages, axe, name, size, scheme):
    tab = opened(other_pages[name], size, color_scheme=scheme, bypass_csp=True)
    assert tab.complaints == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
    tab.evaluate(axe)
    found = tab.evaluate("axe.run(document)")["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


def test_an_index_leads_to_a_report(opened, other_pages):
    tab = opened(other_pages["index"])
    assert tab.locator("td a, th a").evaluate_all("e => e.map((one) => one.getAttribute('href'))") == [
        "after/report.html"
    ]


def test_a_comparison_tells_its_regression_on_the_first_screen(opened, other_pages):
    tab = opened(other_pages["compare"], "phone")
    assert "regressed beyond the limits: a() every 1d NDCG@10" in tab.locator(".verdict").inner_text()
    assert tab.locator("table tbody tr").first.bounding_box()["y"] < 844


@pytest.mark.parametrize("policy", ["kept", "removed"])
def test_hostile_names_are_shown_and_never_obeyed(opened, hostile, hostile_text, policy):
    if policy == "removed":
        hostile_text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", hostile_text)
    tab = opened(hostile_text)
    tab.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    tab.mouse.move(400, 300)
    tab.wait_for_timeout(100)
    assert tab.evaluate("document.documentElement.dataset.pwn ?? null") is None
    assert tab.complaints == []
    assert tab.evaluate("document.scripts.length") == 1
    assert tab.evaluate("document.images.length") == 0
    heads = tab.locator("table[data-sortable]").first.locator("tbody th")
    assert set(hostile.cells["strategy"]) <= set(heads.evaluate_all("e => e.map(x => x.textContent)"))


def test_hostile_names_stand_in_pictures_as_they_are(opened, hostile_text):
    tab = opened(hostile_text)
    texts = "\n".join(tab.locator("svg text").evaluate_all("e => e.map(x => x.textContent)"))
    for name in ("{{7*7}}{% raw %}", "<!-- -->", r"$\frac{$ a$b$", "&lt;b&gt; &amp;amp;"):
        assert name in texts


def test_a_made_up_path_is_no_part_of_the_page(text, usual):
    assert str(Path(usual.folders[0].path).parent) not in text


def test_a_stretch_of_time_can_be_zoomed_and_left_again(opened, text):
    tab = opened(text)
    chart = over_time(tab)
    draw = chart.locator(".draw")
    svg = draw.locator("svg")
    svg.scroll_into_view_if_needed()
    drawn = draw.locator("[data-strategy] > path").first.get_attribute("d")
    box = svg.bounding_box()
    tab.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 60)
    tab.mouse.down()
    tab.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 60)
    tab.mouse.up()
    button = chart.locator("button.all")
    assert button.is_visible()
    assert draw.locator("[data-strategy] > path").first.get_attribute("d") != drawn
    times = [cell.strip() for cell in chart.locator("tbody th").all_text_contents()]
    first, last = button.inner_text().removesuffix(": show all").split(" to ")
    assert 0 < times.index(first) < times.index(last) < len(times) - 1
    tab.mouse.move(box["x"] + 0.55 * box["width"], box["y"] + 60)
    assert first < tab.locator(".tip strong").inner_text() < last
    button.click()
    tab.mouse.move(0, 0)
    assert not button.is_visible()
    line = draw.locator("[data-strategy] > path").first
    assert line.get_attribute("d") == drawn
    draw.press("+")
    assert button.is_visible()
    draw.press("Escape")
    assert not button.is_visible()
    assert tab.complaints == []
