"""What each error code means: shown by ``freshmark show FM101``, written into docs/errors.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Explanation:
    """One code.

    title: what is wrong, in a few words
    why: how it comes about
    remedy: what to do
    """

    title: str
    why: str
    remedy: str


EXPLANATIONS: Mapping[str, Explanation] = MappingProxyType(
    {
        "FM100": Explanation(
            "The command cannot be done as given",
            "An option, an argument or a combination of them makes no sense.",
            "read the message, and freshmark COMMAND --help.",
        ),
        "FM101": Explanation(
            "Nothing has that name",
            "A strategy, model, stream, metric, option or plan key is misspelt, or the plugin that offers it is "
            "not installed.",
            "freshmark list shows every name; --plugin FILE loads a plugin from a file.",
        ),
        "FM102": Explanation(
            "Not a span of time",
            "A span is a number and a unit: w, d, h, m, s, ms. Parts may follow each other: 1d12h.",
            "write 1w, 1d, 6h, 10m, 30s or 250ms.",
        ),
        "FM103": Explanation(
            "Not a schedule",
            "--every takes a span of stream time (1d), a number of events (1000), event or never.",
            "write one of these; --every may be given several times.",
        ),
        "FM105": Explanation(
            "Not an expression",
            "Strategies and streams are written as a call: a name and its options, literals or further calls. "
            "Nothing is evaluated, so variables and arithmetic are not known.",
            "write it like retrain(mf(dim=64), window='7d'), and quote it for the shell.",
        ),
        "FM106": Explanation(
            "The arguments do not fit",
            "An option without default is missing, or there are more arguments than the thing takes.",
            "freshmark show NAME prints the options and their defaults.",
        ),
    }
)
