from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from freshmark.errors import DataError
from freshmark_datasets.logs.columns import COMMON, choose

NEEDED = ("user", "item", "time")


def log(*names: str, headed: bool = True) -> Any:
    return SimpleNamespace(names=names, headed=headed, first_line=" ".join(names), where="log:1")


@pytest.mark.parametrize("role", COMMON)
def test_every_usual_name_is_recognised_in_any_spelling(role):
    for name in COMMON[role]:
        for spelling in (name, name.upper(), f" {name[0]}_{name[1:]} "):
            chosen, why = choose(log("other", spelling), {}, (role,))
            assert chosen == {role: 1}
            assert why == f"{role} {spelling!r} (by its name)"


def test_no_usual_name_is_that_of_two_roles():
    names = [name for one in COMMON.values() for name in one]
    assert len(names) == len(set(names))


def test_the_likelier_name_wins_wherever_it_stands():
    assert choose(log("sessionId", "userId", "itemId", "eventdate", "timestamp"), {}, NEEDED)[0] == {
        "user": 1,
        "item": 2,
        "time": 4,
    }


def test_a_given_column_is_used_and_not_called_a_guess():
    chosen, why = choose(log("user", "item", "time", "viewer"), {"user": "viewer", "item": 1}, NEEDED)
    assert chosen == {"user": 3, "item": 1, "time": 2}
    assert why == "user 'viewer', item 'item', time 'time' (by its name)"


def test_a_label_is_taken_only_where_it_is_needed():
    assert "label" not in choose(log("user", "item", "time", "rating"), {}, NEEDED)[0]
    assert choose(log("user", "item", "time", "rating"), {}, (*NEEDED, "label"))[0]["label"] == 3


def test_a_column_that_is_only_wished_for_may_be_absent():
    assert choose(log("time", "item"), {}, ("time",), ("user", "item"))[0] == {"time": 0, "item": 1}


def test_nothing_is_guessed_without_a_header():
    with pytest.raises(DataError, match="the first line is '0 1 2'") as caught:
        choose(log("0", "1", "2", headed=False), {"time": 2}, NEEDED)
    assert caught.value.remedy == "pass indexes, counted from 0 (the file names no columns): user=0, item=1"
    assert (caught.value.where, caught.value.code) == ("log:1", "FM214")
