"""A module's text tells options and descriptions; where it does not, nothing is guessed."""

from __future__ import annotations

import pytest
from freshmark.runs.catalogue.static_signatures import file_of, first_line, option_notes, signature_at

TEXT = '''
"""A module."""
raise RuntimeError("imported")

from dataclasses import dataclass
from freshmark import Strategy

def function(a, /, b=1, *rest, c, d=[1, "x"], e=max, **more):
    """Do it.

    At length.
    """

class Own:
    """

    The line after an empty one.
    """
    def __init__(self, lr: float = 0.1) -> None: ...

class Child(Own):
    def other(self, x): ...

class Plain(Strategy): ...

class Elsewhere(Imported): ...

class Two(Own, Plain): ...

class Handing(Keywords):
    def __init__(self, model, *, b=3, **rest: Unpack[Rest]): ...

class Again(Handing):
    def __init__(self, model, *, c=4, **rest: Unpack[Rest]): ...

class Lost(Imported):
    def __init__(self, model, **rest: Unpack[Rest]): ...

class Keeping(Keywords):
    def __init__(self, **all): ...

class Keywords:
    def __init__(self, model, *, a=1, b=2): ...

@dataclass
class Decorated:
    lr: float = 0.1

@cache
def wrapped(a): ...

alias = Own
'''


@pytest.fixture(autouse=True)
def module(tmp_path, monkeypatch):
    (tmp_path / "told_by_text.py").write_text(TEXT)
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path / "told_by_text.py"


@pytest.mark.parametrize(
    ("name", "signature"),
    [
        ("function", "(a, /, b=1, *rest, c, d=[1, 'x'], e=max, **more)"),
        ("Own", "(lr: float = 0.1)"),
        ("Child", "(lr: float = 0.1)"),
        ("Plain", "()"),
        ("Elsewhere", None),
        ("Two", None),
        ("Handing", "(model, *, b=3, a=1)"),
        ("Again", "(model, *, c=4, b=3, a=1)"),
        ("Lost", "(model, **rest: Unpack[Rest])"),
        ("Keeping", "(**all)"),
        ("Decorated", None),
        ("wrapped", None),
        ("alias", None),
        ("missing", None),
    ],
)
def test_options_are_read_from_the_text_or_not_at_all(name, signature):
    told = signature_at(f"told_by_text:{name}")
    assert (None if told is None else str(told)) == signature


def test_a_local_class_called_strategy_is_the_one_that_counts(module):
    module.write_text("class Strategy:\n    def __init__(self, size): ...\nclass Mine(Strategy): ...\n")
    assert str(signature_at("told_by_text:Mine")) == "(size)"


SHARED = """
class Basic(TypedDict, total=False):
    lr: float
    \"\"\"learning rate\"\"\"

class Options(Basic, total=False):
    epochs: int
    \"\"\"passes\"\"\"
    stop: float | None

class Root(Strategy):
    recipe: ClassVar[Options] = {}
    def __init__(self, model, **options: Unpack[Options]): ...

class Tuned(Root):
    recipe: ClassVar[Options] = {"lr": 0.1, "stop": None}

class Slower(Tuned):
    recipe: ClassVar[Options] = {"lr": 0.01}
    def __init__(self, model, *, steps=1, **options: Unpack[Options]): ...

class Wrapper(Strategy):
    recipe: ClassVar[Options] = Slower.recipe
    def __init__(self, model, **options: Unpack[Options]): ...
"""


@pytest.mark.parametrize(
    ("name", "signature"),
    [
        ("Root", "(model)"),
        ("Tuned", "(model, *, lr: float = 0.1, stop: float | None = None)"),
        ("Slower", "(model, *, steps=1, lr: float = 0.01, stop: float | None = None)"),
        ("Wrapper", "(model, *, lr: float = 0.01)"),
    ],
)
def test_shared_options_have_the_defaults_of_the_recipe_and_the_texts_of_their_declaration(module, name, signature):
    module.write_text(SHARED)
    assert str(signature_at(f"told_by_text:{name}")) == signature
    assert option_notes(f"told_by_text:{name}") == {"lr": "learning rate", "epochs": "passes"}


def test_options_that_are_handed_on_are_found_in_the_module_of_the_base_class(module):
    other = module.with_name("told_elsewhere.py")
    other.write_text(
        "from told_by_text import Keywords as Base\n"
        "class Child(Base):\n    def __init__(self, model, **rest: Unpack[Rest]): ...\n"
    )
    assert str(signature_at("told_elsewhere:Child")) == "(model, *, a=1, b=2)"


def test_a_class_without_options_of_its_own_has_those_of_the_class_it_is_made_from_in_another_module(module):
    other = module.with_name("told_elsewhere.py")
    other.write_text("from told_by_text import Handing as Base\nclass Child(Base):\n    def update(self, news): ...\n")
    assert str(signature_at("told_elsewhere:Child")) == "(model, *, b=3, a=1)"


@pytest.mark.parametrize(
    ("name", "line"), [("function", "Do it."), ("Own", "The line after an empty one."), ("Child", ""), ("missing", "")]
)
def test_the_first_line_of_the_docstring_describes(name, line):
    assert first_line(f"told_by_text:{name}") == line


def test_a_module_that_is_missing_or_not_python_has_no_options(module):
    assert file_of("told_by_text") == module
    for missing in ("no_such_module_anywhere", "math", "no_such_package.part"):
        assert file_of(missing) is None
        assert signature_at(f"{missing}:x") is None
