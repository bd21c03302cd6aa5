"""Labels and number formats, the same in tables, charts, sentences and on the terminal."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from freshmark.contract.delays import duration_label, time_scale

_INSTANT = ("", "0s")


def schedule_label(every: str, delay: str = "0s") -> str:
    """``every 1d``, ``every 1,000 events``, ``every event`` or ``never updated``; with a delay ``, 10m late``.

    ``, late as measured`` where the delay is the measured duration of each update, ``×60`` if scaled by 60.
    """
    words = {"never": "never updated", "event": "every event"}.get(every)
    if words is None:
        words = f"every {int(every):,} events" if every.isdigit() else f"every {duration_label(every)}"
    if delay in _INSTANT or every == "never":
        return words
    scale = time_scale(delay)
    if scale is None:
        return f"{words}, {duration_label(delay)} late"
    return f"{words}, late as measured" + (f" ×{scale:,g}" if scale != 1 else "")


def row_label(strategy: str, every: str, delay: str = "0s") -> str:
    """A row of a table: ``retrain(mf()) every 1d``."""
    return f"{strategy} {schedule_label(every, delay)}"


def join_words(names: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


ABBREVIATIONS = frozenset({"hr@", "ndcg@", "mrr@", "map@", "mrr", "auc", "f1", "rmse", "mae"})
"""Built-in metrics and families (ending in @) that are written in capitals."""


WORDS = {"logloss": "log loss", "calibration_error": "calibration error", "accuracy": "accuracy"}
"""Built-in metrics that are written as words; these alone get a capital at the start of a sentence."""


def metric_label(metric: str) -> str:
    """A metric as written in a sentence: ``NDCG@10``, ``log loss``; a plugin's metric keeps its name."""
    family, at, _ = metric.partition("@")
    return metric.upper() if family + at in ABBREVIATIONS else WORDS.get(metric, metric)


def format_number(value: float, digits: int = 3) -> str:
    """A number to ``digits`` significant digits, with an exponent only from 10⁶ on and below 10⁻⁵; – for NaN."""
    if not np.isfinite(value):
        return "–" if np.isnan(value) else ("∞" if value > 0 else "−∞")
    if value == 0:
        return "0"
    if abs(value) >= 1e6 or abs(value) < 1e-5:  # noqa: PLR2004  (too many digits to count at a glance)
        return f"{value:.{digits - 1}e}".replace("-", "−")
    # Exponent of the rounded number: 9.996 is shown as 10.0, with two digits before the point.
    exponent = int(f"{value:.{digits - 1}e}".partition("e")[2])
    decimals = max(0, digits - 1 - exponent)
    return f"{value:,.{decimals}f}".replace("-", "−")


def with_margin(value: float, margin: float) -> str:
    """``0.2416 ± 0.0090`` with non-breaking spaces, to two digits of the margin; the number alone without a margin."""
    if not np.isfinite(margin) or margin <= 0 or not np.isfinite(value):
        return format_number(value)
    decimals = min(8, max(0, 1 - int(np.floor(np.log10(margin)))))
    return f"{value:,.{decimals}f}\u00a0±\u00a0{margin:,.{decimals}f}".replace("-", "−")


def format_seconds(value: float) -> str:
    """A duration: ``85 µs``, ``12.4 ms``, ``3.10 s``, ``12 min``."""
    for below, factor, unit in ((1e3, 1e6, "µs"), (1e3, 1e3, "ms"), (120, 1.0, "s"), (120, 1 / 60, "min")):
        if abs(_rounded(value * factor)) < below:  # as it is shown: 7,170 s would be 120 min
            return f"{format_number(value * factor)} {unit}" if value else "0 s"
    return f"{format_number(value / 3600)} h" if np.isfinite(value) else "–"


def _rounded(value: float) -> float:
    """Rounded as ``format_number`` does, so that 999.9 ms is shown as 1.00 s, not as 1,000 ms."""
    return float(f"{value:.2e}")


def format_bytes(value: float) -> str:
    """A size: ``512 B``, ``3.42 MB``, in powers of ten."""
    for below, factor, unit in ((1e3, 1.0, "B"), (1e6, 1e3, "kB"), (1e9, 1e6, "MB")):
        if abs(_rounded(value)) < below:
            return f"{format_number(value / factor)} {unit}"
    return f"{format_number(value / 1e9)} GB" if np.isfinite(value) else "–"
