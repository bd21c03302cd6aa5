from __future__ import annotations

import re
from pathlib import Path

import pytest
from freshmark import errors
from freshmark.commands.codes import EXPLANATIONS

ROOT = Path(__file__).parents[2]
USED = sorted(
    {
        code
        for folder in ("harness", "plugins", "datasets", "reports")
        for file in (ROOT / folder).rglob("*.py")
        if file.name != "codes.py"
        for code in re.findall(r'["\s](FM\d{3})[":]', file.read_text("utf-8"))
    }
)


@pytest.mark.parametrize("code", USED)
def test_every_code_that_is_raised_is_explained(code):
    assert code in EXPLANATIONS


def test_every_code_that_is_explained_is_raised():
    assert set(EXPLANATIONS) - set(USED) == set()


def test_codes_are_in_order():
    assert list(EXPLANATIONS) == sorted(EXPLANATIONS)


@pytest.mark.parametrize("code", EXPLANATIONS)
def test_an_explanation_says_what_why_and_what_to_do(code):
    explanation = EXPLANATIONS[code]
    assert not explanation.title.endswith(".")
    assert explanation.why.endswith(".")
    assert explanation.remedy.endswith(".")


def test_the_default_code_of_every_error_is_explained():
    kinds = [
        kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.FreshmarkError)
    ]
    assert {kind.default_code for kind in kinds} <= set(EXPLANATIONS)
