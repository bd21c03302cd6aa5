import pandas as pd
import pytest
from freshmark.results.output.export import FORMS
from freshmark.results.redaction import redact


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("/home/ann/x.csv", "~/x.csv"),
        ("file:///home/ann/x", "file://~/x"),
        ("in /home/ann.", "in ~."),
        ("'/home/ann'", "'~'"),
        ("/home/ann:/home/ann/b", "~:~/b"),
        ("/home/anna/x", "/home/anna/x"),
        ("/home/ann-marie/x", "/home/ann-marie/x"),
        ("/home/ann.old/x", "/home/ann.old/x"),
        ("/home/ann", "~"),
        ("/mnt/home/ann/x", "/mnt~/x"),
    ],
)
def test_the_home_folder_is_redacted_and_others_are_not(monkeypatch, text, redacted):
    monkeypatch.setenv("HOME", "/home/ann")
    assert redact(text) == redacted


@pytest.mark.parametrize("form", FORMS)
def test_no_form_of_export_contains_the_home_folder(fabricated, made, tmp_path, monkeypatch, form):
    monkeypatch.setenv("HOME", "/home/ann")
    stream = fabricated.MadeStream(name="file('/home/ann/log.csv')", events=200, windows=6)
    results = made([fabricated.MadeCell("a(path='/home/ann/weights')")], [stream])
    results.export(tmp_path / "tables", form)
    for file in (tmp_path / "tables").iterdir():
        assert b"/home/ann" not in file.read_bytes(), file.name


def test_names_that_are_equal_after_redaction_are_written(fabricated, made, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", "/home/ann")
    cells = [fabricated.MadeCell(f"a(path='{home}/w')") for home in ("~", "/home/ann")]
    (path,) = made(cells).export(tmp_path / "tables", "parquet", tables=["measurements"])
    assert set(pd.read_parquet(path)["strategy"]) == {"a(path='~/w')"}
