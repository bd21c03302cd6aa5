from __future__ import annotations

import pickle

import pytest
from freshmark import errors
from freshmark.errors import DataError, FreshmarkError, UnknownName, UsageError


def test_a_message_says_what_where_and_what_would_be_right():
    error = DataError("row 7 has 3 fields", where="log.csv:7", remedy="every row needs 4", code="FM210")
    assert str(error) == "row 7 has 3 fields (log.csv:7); every row needs 4"
    assert error.code == "FM210"
    assert error.exit_code == 3


def test_an_unknown_name_suggests_the_nearest():
    assert "did you mean 'movielens'?" in str(UnknownName("stream", "movielen", ["movielens", "drift"]))


def test_an_unknown_name_like_no_other_gets_the_list():
    assert "known: drift, movielens" in str(UnknownName("stream", "zzz", ["movielens", "drift"]))
    assert "no stream is installed" in str(UnknownName("stream", "zzz", []))


def test_a_name_that_has_moved_says_where_it_is_now():
    assert "examples/plugins/freshmark-git" in UnknownName("model, strategy or stream", "git", ["digits"]).remedy
    assert UnknownName("option", "git", ["length"]).remedy == "known: length"


@pytest.mark.parametrize(
    "error",
    [
        UsageError("wrong", where="here", remedy="right", code="FM199"),
        UnknownName("stream", "movielen", ["movielens"], where="plan.toml:3"),
        DataError("bad"),
    ],
)
def test_an_error_crosses_a_process_boundary_whole(error):
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert (again.code, again.where, again.remedy) == (error.code, error.where, error.remedy)


def test_the_tree_in_the_docstring_is_the_tree():
    drawn = errors.__doc__
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, FreshmarkError):
            assert kind.__name__ in drawn
