"""Words of a text as hashes in their order: what is a word, what is cut, what cannot be read."""

from __future__ import annotations

from typing import Any
from zlib import crc32

import numpy as np
import pyarrow as pa
import pytest
from freshmark.errors import DataError, UsageError
from freshmark_datasets.logs.features import Texts
from freshmark_datasets.logs.file import file
from hypothesis import given
from hypothesis import strategies as st


def code(word):
    return crc32(word.encode()) + 1


def tokens(*texts, length=8):
    column = Texts(length)
    values, wrong = column.parse(pa.array(texts))
    column.append(values[~wrong])
    return column.values()


def test_a_row_holds_the_words_of_its_text_in_their_order_filled_up_with_zeros():
    assert tokens("one two", "three").tolist() == [[code("one"), code("two")], [code("three"), 0]]


def test_case_and_punctuation_mean_nothing_and_an_apostrophe_within_a_word_stays():
    assert tokens("Don't -- PANIC, don't!").tolist() == [[code("don't"), code("panic"), code("don't")]]
    assert tokens("snake_case").tolist() == [[code("snake"), code("case")]]


def test_words_of_every_script_are_words():
    assert tokens("Größe 42 メール").tolist() == [[code("größe"), code("42"), code("メール")]]


def test_a_text_without_words_is_a_row_of_zeros():
    assert tokens("", "...").tolist() == [[0], [0]]


def test_a_long_text_is_cut_to_its_first_words_and_that_is_reported():
    column = Texts(2)
    column.append(column.parse(pa.array(["a b c", "a b", "d"]))[0])
    assert column.values().tolist() == [[code("a"), code("b")], [code("a"), code("b")], [code("d"), 0]]
    assert column.summary() == "words in lower case, hashed by crc32; 1 texts are cut to their first 2"
    assert "cut" not in Texts(2).summary()


READABLE = st.text(st.characters(codec="utf-8", exclude_characters="\0"))  # a NUL stands for what is not UTF-8


@given(st.lists(READABLE, min_size=1, max_size=5), READABLE)
def test_the_tokens_of_a_text_depend_on_no_other_text(texts, other):
    alone, together = tokens(*texts, length=5), tokens(*texts, other, length=5)
    width = alone.shape[1]
    assert np.array_equal(together[:-1, :width], alone)
    assert not together[:-1, width:].any()


def test_batches_change_nothing():
    whole, parts = Texts(4), Texts(4)
    texts = ["a b", "b a c", "", "d e f g h"]
    whole.append(whole.parse(pa.array(texts))[0])
    for text in texts:
        parts.append(parts.parse(pa.array([text]))[0])
    assert np.array_equal(whole.values(), parts.values())
    assert whole.summary() == parts.summary()


LOG = "when,what,kind\n3,the cat,b\n1,A dog,a\n2,the dog,b\n"


def test_a_log_with_a_column_of_text_gives_the_feature_that_models_read(tmp_path):
    (tmp_path / "log.csv").write_text(LOG)
    stream = file(tmp_path / "log.csv", time="when", label="kind", task="classify", text="what").load()
    assert stream.features["text"].tolist() == [
        [code("a"), code("dog")],
        [code("the"), code("dog")],
        [code("the"), code("cat")],
    ]
    assert stream.features["text"].dtype == np.int64
    assert stream.label.tolist() == [0, 1, 1]
    assert stream.about["text"] == "words in lower case, hashed by crc32"


def test_json_lines_give_the_same_texts_as_csv(tmp_path):
    (tmp_path / "log.csv").write_text(LOG)
    rows = [line.split(",") for line in LOG.splitlines()[1:]]
    lines = [f'{{"when": {when}, "what": "{what}", "kind": "{kind}"}}' for when, what, kind in rows]
    (tmp_path / "log.jsonl").write_text("\n".join(lines))
    options: dict[str, Any] = {"time": "when", "label": "kind", "task": "classify", "text": "what"}
    one, other = (file(tmp_path / name, **options).load() for name in ("log.csv", "log.jsonl"))
    assert one.fingerprint == other.fingerprint


def test_a_text_that_is_not_utf8_is_refused_with_its_line_or_left_out(tmp_path):
    (tmp_path / "log.csv").write_bytes(b"when,what,kind\n1,fine,a\n2,\xff\xfe,b\n3,also fine,b\n")
    options: dict[str, Any] = {"time": "when", "label": "kind", "task": "classify", "text": "what"}
    with pytest.raises(DataError, match=r"the text is not UTF-8.*log\.csv:3"):
        file(tmp_path / "log.csv", **options).load()
    assert len(file(tmp_path / "log.csv", **options, skip_bad=True).load()) == 2


def test_a_text_that_is_missing_in_json_is_refused_as_such(tmp_path):
    (tmp_path / "log.jsonl").write_text('{"t": 1, "x": "a b", "y": "c"}\n{"t": 2, "x": null, "y": "c"}\n')
    with pytest.raises(DataError, match="the text is missing"):
        file(tmp_path / "log.jsonl", time="t", label="y", task="classify", text="x").load()


@pytest.mark.parametrize("length", [0, -1, True, 2.5, "8"])
def test_an_invalid_length_is_refused_before_anything_is_read(tmp_path, length: Any):
    (tmp_path / "log.csv").write_text(LOG)
    with pytest.raises(UsageError, match="length="):
        file(tmp_path / "log.csv", time="when", label="kind", task="classify", text="what", length=length)


def test_text_goes_with_other_features_and_any_task(tmp_path):
    (tmp_path / "log.csv").write_text("u,i,t,title,price\n1,2,3,a b,5\n1,3,4,c,6\n")
    stream = file(tmp_path / "log.csv", text="title", numbers="price", user="u", item="i", time="t").load()
    assert set(stream.features) == {"text", "numbers"}
    assert stream.task == "rank"
