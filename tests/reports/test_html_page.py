import base64
import hashlib
import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from freshmark import Chart, Column, Listing, Prose, Section, Table
from freshmark.results.naming import with_margin
from freshmark_reports.drawing.marks import row_id
from freshmark_reports.html import page, write


@pytest.fixture(scope="module")
def text(usual, sections):
    return page(usual, sections)


class Reader(HTMLParser):
    """The texts of a page, its elements, and whether they close."""

    VOID = frozenset({"meta", "link", "br", "img", "input", "hr", "wbr"})

    def __init__(self, page):
        super().__init__()
        self.elements, self.open, self.texts = [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)

    def all(self, tag):
        return [attrs for name, attrs in self.elements if name == tag]


def test_every_element_closes(text):
    assert Reader(text).open == []


def test_the_first_sentence_is_the_verdict(usual, text):
    body = text[text.index("<main>") :]
    first = re.search(r"<h1[^>]*>(.*?)</h1>", body)
    assert first
    assert first[1] == usual.verdicts()[0].sentence.replace("'", "&#39;")


def test_there_is_one_h1_and_headings_go_down_by_one(text):
    levels = [int(tag[1]) for tag, _ in Reader(text).elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_alerts_stand_above_the_ranking(text):
    assert text.index("1 cell ended as failed") < text.index(">Ranking</a></h2>")


def test_the_page_asks_for_nothing(text):
    reader = Reader(text)
    assert not reader.all("link")
    assert not reader.all("img")
    assert not reader.all("iframe")
    assert all("src" not in attrs for _, attrs in reader.elements)
    assert all(attrs.get("href", "#").startswith("#") for _, attrs in reader.elements)
    assert "@import" not in text
    assert not re.search(r"url\((?!#)", text)


def test_only_its_own_script_may_run(text):
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', text)
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert "default-src 'none'" in policy
    assert f"script-src 'sha256-{digest}'" in policy
    assert "unsafe-eval" not in policy
    assert len(script) < 26_000


def test_no_handler_stands_in_an_attribute(text):
    assert not [name for _, attrs in Reader(text).elements for name in attrs if name.startswith("on")]


def test_no_id_is_given_twice(text):
    ids = [attrs["id"] for _, attrs in Reader(text).elements if "id" in attrs]
    assert len(ids) == len(set(ids))


def test_every_table_has_heads_with_a_scope_and_a_name(text):
    reader = Reader(text)
    assert all(attrs.get("scope") in ("col", "colgroup", "row") for attrs in reader.all("th"))
    assert all(attrs.get("aria-label") for attrs in reader.all("table"))


def test_what_scrolls_can_be_reached_by_keyboard(text):
    scrolling = [attrs for _, attrs in Reader(text).elements if attrs.get("class") == "scroll"]
    assert scrolling
    assert all(attrs["tabindex"] == "0" and attrs["aria-label"] for attrs in scrolling)


def test_each_chart_has_its_finding_and_its_numbers(text):
    figures = re.findall(r'<figure class="chart.*?</figure>', text, re.DOTALL)
    assert len(figures) >= 6
    for figure in figures:
        assert re.search(r"<figcaption>.{20,}?</figcaption>", figure, re.DOTALL)
        assert re.search(r'role="img" aria-label=".{20,}?"', figure)
        assert "<details" in figure
        assert figure.count("<tr") > 1


def test_all_numbers_are_there_without_a_script(usual, text):
    without = re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL)
    for _, row in usual.ranking().iterrows():
        assert row["strategy"] in without
        assert with_margin(row["value"], row["margin"]) in without


def test_the_same_results_give_the_same_bytes(usual, sections, text):
    assert page(usual, sections) == text


def test_the_page_of_a_usual_run_is_small(text):
    assert len(text.encode()) < 500 * 1024


@pytest.mark.slow
def test_20_strategies_over_1000_windows_fit_into_one_and_a_half_megabytes(fabricated, made, sections):
    cells = [fabricated.MadeCell(f"s{place}()", "1d", 0.1 + place / 50) for place in range(20)]
    stream = fabricated.MadeStream(events=30_000, windows=1000, oracle=False)
    assert len(page(made(cells, [stream]), sections).encode()) < 1536 * 1024


@pytest.mark.parametrize("task", ["click", "rate", "classify"])
def test_every_task_has_its_page(fabricated, made, sections, task):
    cells = [fabricated.MadeCell(name, every, skill) for name, skill in (("a()", 0.8), ("b()", 0.3))
             for every in ("1d", "never")]  # fmt: skip
    text = page(made(cells, [fabricated.MadeStream(task=task)]), sections)
    assert "could not be made" not in text
    assert "Accuracy over time" in text


def test_several_streams_have_a_verdict_each(fabricated, made, sections):
    streams = [fabricated.MadeStream("one"), fabricated.MadeStream("two", task="rate")]
    cells = [fabricated.MadeCell(name, stream=stream.name) for stream in streams for name in ("a()", "b()")]
    text = page(made(cells, streams), sections)
    assert "could not be made" not in text
    assert text.count('<h2 class="verdict">') == 2
    assert len(re.findall("<h1", text)) == 1
    Reader(text)


def test_a_badge_says_whether_the_verdict_is_settled(fabricated, made, sections):
    cells = [fabricated.MadeCell("a()", skill=0.9), fabricated.MadeCell("b()", skill=0.1)]
    results = made(cells)
    assert results.verdicts()[0].settled
    assert '<span class="badge settled">settled</span>' in page(results, sections)


def test_without_evidence_the_badge_says_that_too(fabricated, made, sections):
    results = made([fabricated.MadeCell(name, summary={"draws": 1.0}) for name in ("a()", "b()")])
    assert '<span class="badge open">not settled</span>' in page(results, sections)


def test_a_run_in_which_nothing_succeeded_says_so(fabricated, made, sections):
    text = page(made([fabricated.MadeCell("boom()", status="timeout", reason="60 s")]), sections)
    assert "No verdict: none of 1 cells succeeded." in text
    assert "could not be made" not in text
    assert "Failed cells" in text


def test_a_run_without_cells_has_a_page(made, sections):
    assert "No verdict: nothing was measured." in page(made([]), sections)


@pytest.mark.parametrize("windows", [1, 2, 3])
def test_few_windows_draw(fabricated, made, sections, windows):
    text = page(made(streams=[fabricated.MadeStream(windows=windows, events=60)]), sections)
    assert "could not be made" not in text


def test_cells_without_any_cost_draw(fabricated, made, sections):
    nothing = dict.fromkeys(["fit_cpu_seconds", "update_cpu_seconds", "answer_cpu_seconds"], 0.0)
    cells = [fabricated.MadeCell(name, summary=nothing) for name in ("a()", "b()")]
    text = page(made(cells), sections)
    assert "could not be made" not in text
    assert "Accuracy against cost" not in text


def test_a_plugins_section_shows_and_none_of_its_text_is_html(usual):
    def mine(results):
        table = Table((Column("<i>head</i>"), Column("n", "count")), (("<b>x</b>", 3),), "<u>caption</u>")
        chart = Chart(lambda figure: figure.subplots().plot([1, 2]), "<s>finding</s>", table)
        return Section("<em>Mine</em>", (Prose("<p>"), Listing("<pre>", "<q>"), table, chart))

    text = page(usual, {"mine": mine})
    for tag in ("<i>", "<b>", "<u>", "<s>", "<em>", "<q>"):
        assert tag not in text
    assert "&lt;em&gt;Mine&lt;/em&gt;" in text


def test_long_texts_of_a_table_take_lines_and_short_ones_one(usual):
    def add(results):
        long = "merge(drift('tiny'), drift('tiny', seed=1), users='apart')"
        yield Section("Extra", (Table((Column("a"), Column("b"), Column("c")), (("x", long, "short"),), ""),))

    cells = Reader(page(usual, {"x": add})).all("td")
    assert [one.get("class") for one in cells[-2:]] == ["long", None]


def test_rows_have_one_id_in_every_table_and_every_legend(usual, text):
    reader = Reader(text)
    ids = [attrs["id"] for attrs in reader.all("tr") if "id" in attrs]
    ranking = usual.ranking()
    assert ids == [row_id(row) for row in ranking.to_dict("records")]
    named = {name for attrs in reader.all("tr") for name in attrs.get("data-row", "").split()}
    assert named == set(ids)
    assert {attrs.get("data-strategy") for attrs in reader.all("li")} >= set(ranking["strategy"][:12])


def test_columns_of_a_group_stand_under_one_header(text):
    ((count, spans),) = {
        (len(re.findall(r'<th scope="col"', head)), sum(map(int, re.findall(r'colspan="(\d+)"', head))))
        for head in re.findall(r"<thead>\s*<tr class=\"groups\">.*?</thead>", text, re.DOTALL)[:1]
    }
    assert count == spans
    assert len(re.findall(r'<th scope="colgroup" colspan="2">Update time</th>', text)) == 1


def test_every_part_of_the_usual_page_could_be_made(text):
    assert "could not be made" not in text


def test_a_page_replaces_the_last_one_whole(usual, tmp_path):
    path = tmp_path / "report.html"
    path.write_text("old")
    write(usual, path, {})
    assert path.read_text("utf-8").startswith("<!doctype html>")
    assert [one.name for one in tmp_path.iterdir()] == ["report.html"]


def test_the_readers_home_is_not_told(fabricated, made, sections, monkeypatch):
    monkeypatch.setenv("HOME", "/home/someone-private")
    private = "/home/someone-private"
    cell = fabricated.MadeCell("boom()", status="failed", reason=f"in {private}/x.py", log_tail=f"{private}/y")
    results = made([cell], provenance={"command": f"{private}/bin/freshmark run"})
    text = page(results, sections)
    assert "someone-private" not in text
    assert "~/bin/freshmark run" in text
