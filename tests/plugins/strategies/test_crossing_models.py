"""Transfer, meta-learning and late labels over every model: each pair runs, or is refused with a reason."""

from __future__ import annotations

import numpy as np
import pytest
from freshmark.contract.arrays import Task
from freshmark.errors import UsageError
from freshmark.replay.loop import replay
from freshmark.replay.scheduling.schedule import Schedule
from freshmark.replay.timeline import Settings, Timeline
from freshmark.runs.catalogue.registry import load
from freshmark.testing.streams import small_stream

SOME = "epochs=1, warmup_epochs=1, batch=64"
STRATEGIES = {
    "head_tune": f"head_tune({{}}, {SOME})",
    "bitfit": f"bitfit({{}}, {SOME})",
    "lora": f"lora({{}}, {SOME})",
    "adapter": f"adapter({{}}, {SOME})",
    "sml": f"sml({{}}, multi=1, hidden=8, {SOME})",
    "asmg": f"asmg({{}}, {SOME})",
    "reptile": f"reptile({{}}, {SOME})",
    "maml": f"maml({{}}, {SOME})",
    "fomaml": f"fomaml({{}}, {SOME})",
    "melu": f"melu({{}}, support=5, {SOME})",
    "delayed": f"delayed({{}}, {SOME})",
}
MODELS: dict[str, Task] = {
    "mf": "rank", "neumf": "rank", "gru4rec": "rank", "sasrec": "rank", "multvae": "rank",
    "logistic": "click", "fm": "click", "wide_deep": "click", "dlrm": "click", "biased_mf": "rate",
}  # fmt: skip
SMALL = {"mf": "dim=4", "neumf": "factors=4, layers=[8, 4]", "gru4rec": "dim=4, length=5, negatives=8",
         "sasrec": "dim=4, length=5", "multvae": "hidden=4, dim=2", "logistic": "bits=6", "fm": "bits=6"}  # fmt: skip
IMPOSSIBLE = {
    ("head_tune", "logistic"), ("head_tune", "fm"), ("adapter", "logistic"), ("lora", "logistic"), ("sml", "logistic"),
    ("melu", "mf"), *(("delayed", model) for model, task in MODELS.items() if task != "click"),
}  # fmt: skip


@pytest.fixture(scope="module")
def registry():
    return load()


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_each_pair_answers_or_is_refused_when_it_is_built(registry, strategy, model):
    stream = small_stream(MODELS[model])
    text = STRATEGIES[strategy].format(f"{model}({SMALL.get(model, '')})")
    if (strategy, model) in IMPOSSIBLE:
        with pytest.raises(UsageError):
            assert stream.task in registry.build("strategies", text).tasks or _refuse()
        return
    built = registry.build("strategies", text)
    assert stream.task in built.tasks
    line = Timeline(stream, Settings(probes=2))
    outcomes = replay(line, built, Schedule.parse("100s")).tables["outcomes"]
    assert np.isfinite(outcomes["rank" if stream.task == "rank" else "prediction"]).mean() > 0.5


def _refuse():
    raise UsageError("its tasks do not hold that of the stream")
