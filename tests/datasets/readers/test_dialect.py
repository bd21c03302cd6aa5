from __future__ import annotations

import csv

import pytest
from freshmark_datasets.readers.dialect import (
    SEPARATORS,
    Dialect,
    dialect_of,
    fields_up_to,
    looks_like_header,
    sniff,
    usual_width,
)


@pytest.mark.parametrize(
    ("head", "sep"),
    [
        ("1::1074638::7::1365029107\n1::1853728::8::1366576639\n", "::"),
        ("user,item,rating,time\n6,2,4,1289241911.72836\n", ","),
        ("a;b;c\n1;2;3,5\n4;5;6,5\n", ";"),  # a decimal comma
        ("a\tb\tc\nx, y\tz, w\tv, u\n", "\t"),
        ("1 2 1082040961\n3 4 1082155839\n", "whitespace"),
        ("1,2,2016-05-06 12:00:00\n3,4,2016-05-06 13:00:00\n", ","),
        ("user|item|time\n1|2|3\n", "|"),
        ('a,b,c\n"x;y;z;w",1,2\n"p;q;r;s",3,4\n', ","),  # semicolons within quotes
        ("1,2,3\n1,2,3\n1,2\n", ","),  # one short line
        ("\n\n1,2,3\n", ","),
        ("1,2,a film of many words\n3,4,a song of many words\n", ","),
        ("a\tx, y, z, w\nb\tx, y, z, w\nc\tx\n", "\t"),  # commas in most titles, tabs in all lines
    ],
)
def test_the_separator_is_detected(head, sep):
    result = sniff(head.encode())
    assert result is not None
    assert result.sep == sep


@pytest.mark.parametrize("head", ["", "\n\n", "hello\nworld\n", "\x00\x01\n"])
def test_text_that_nothing_separates_has_no_dialect(head):
    assert sniff(head.encode()) is None


@pytest.mark.parametrize(
    ("given", "sep"),
    [(",", ","), (r"\s+", "whitespace"), (" ", "whitespace"), ("tab", "\t"), (r"\t", "\t"), ("||", "||")],
)
def test_a_separator_has_the_names_that_people_use(given, sep):
    assert dialect_of(given).sep == sep


@pytest.mark.parametrize("sep", [*SEPARATORS, "||"])
def test_translation_leaves_one_character_between_fields(sep):
    dialect = Dialect(sep)
    line = {"whitespace": "  a \t b   c "}.get(sep, sep.join("abc"))
    translated = dialect.translate(f"{line}\n{line}\n".encode())
    assert len(dialect.delimiter) == 1
    assert list(dialect.rows(translated.decode().splitlines())) == [["a", "b", "c"]] * 2


def test_only_some_dialects_know_quotes():
    assert [Dialect(sep).quoted for sep in SEPARATORS] == [False, True, True, True, True, False]
    assert next(Dialect("::").rows(['"a\x1fb"'])) == ['"a', 'b"']


def test_a_dialect_says_itself_in_words():
    assert [Dialect(sep).in_words() for sep in ("\t", "::", "whitespace")] == ["tab", "'::'", "whitespace"]


def test_the_usual_width_is_that_of_most_rows():
    width, share = usual_width([["a"], ["b", "c"], ["d", "e"]])
    assert width == 2
    assert share == pytest.approx(2 / 3)
    assert usual_width([]) == (0, 0.0)


@pytest.mark.parametrize(
    ("row", "header"),
    [
        ("user item time", True),
        ("UserId ItemId Time", True),
        ("u1 i1 ts2", True),
        ("1 2 3", False),
        ("a b 1.5e9", False),
        ("a b -.5", False),
        ("a b 2016-05-06", False),
        ("a b 8/4/2016", False),
        ("a b 2016-05-06T12:00:00Z", False),
    ],
)
def test_a_header_is_a_row_without_number_and_date(row, header):
    assert looks_like_header(row.split()) is header


def test_the_limit_of_the_csv_module_is_moved_and_put_back():
    before = csv.field_size_limit()
    with fields_up_to(7):
        assert csv.field_size_limit() == 7
    assert csv.field_size_limit() == before


def test_a_field_longer_than_the_csv_module_likes_can_be_sampled():
    long = "x" * 200_000
    assert Dialect(",").sample(f'"{long}",b\n'.encode()) == [[long, "b"]]
