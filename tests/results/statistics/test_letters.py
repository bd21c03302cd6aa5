import numpy as np
import pytest
from freshmark.results.statistics.letters import letters_of
from hypothesis import given
from hypothesis import strategies as st


def apart(rows, *pairs):
    found = np.zeros((rows, rows), bool)
    for one, other in pairs:
        found[one, other] = found[other, one] = True
    return found


@st.composite
def relations(draw):
    rows = draw(st.integers(1, 8))
    pairs = [(one, other) for one in range(rows) for other in range(one + 1, rows)]
    return apart(rows, *(pair for pair in pairs if draw(st.booleans())))


def test_rows_that_are_all_alike_share_the_one_letter():
    assert letters_of(apart(3)) == ["a", "a", "a"]


def test_rows_that_all_differ_have_a_letter_each():
    assert letters_of(apart(3, (0, 1), (0, 2), (1, 2))) == ["a", "b", "c"]


def test_the_row_in_the_middle_of_two_that_differ_has_both_letters():
    assert letters_of(apart(3, (0, 2))) == ["a", "ab", "b"]


def test_the_best_row_has_the_first_letter():
    assert letters_of(apart(4, (0, 3), (1, 3))) == ["a", "a", "ab", "b"]


@given(relations())
def test_two_rows_share_a_letter_if_and_only_if_they_cannot_be_told_apart(relation):
    letters = letters_of(relation)
    for one in range(len(relation)):
        for other in range(one + 1, len(relation)):
            assert bool(set(letters[one]) & set(letters[other])) != relation[one, other]


@given(relations())
def test_every_row_has_a_letter_and_no_letter_is_needless(relation):
    letters = letters_of(relation)
    assert all(letters)
    groups = [{row for row, own in enumerate(letters) if letter in own} for letter in set("".join(letters))]
    assert not any(one < other for one in groups for other in groups)


def test_more_groups_than_letters_have_none():
    assert letters_of(~np.eye(60, dtype=bool)) == [""] * 60


@pytest.mark.parametrize("rows", [0, 1])
def test_none_and_one(rows):
    assert letters_of(apart(rows)) == ["a"] * rows
