"""What cannot be is refused when it is built, before anything runs, with the option or the ability in the message."""

from __future__ import annotations

import pytest
from freshmark import FreshmarkError
from freshmark.runs.catalogue.registry import load

REGISTRY = load()

OPTIONS = {
    "popularity": ["0", "'update', half_life='1d'", "half_life='0d'", "window='soon'"],
    "transition": ["order=0", "order=11"],
    "sequential_rules": ["order=0", "order=11", "last=0", "session='soon'"],
    "itemknn": ["history=0", "gamma=0", "gamma=1.1"],
    "userknn": ["neighbours=0", "history=0", "users=0"],
    "edgebank": ["'soon'"],
    "online_mf": ["dim=0", "negatives=0", "warmup_epochs=0", "lr=0"],
    "online_bpr": ["negatives=0"],
    "isgd": ["dim=0", "iterations=0", "lr=0"],
    "raisgd": ["negatives=-1"],
    "rsisgd": ["negatives=-1"],
    "bisgd": ["nodes=0", "weights='two'", "lr=0"],
    "brismf": ["dim=0", "lr=0", "warmup_epochs=0"],
    "frozen": ["MF, epochs=-1", "MF, batch=0", "MF, batch='some'", "MF, optimiser='adm'", "MF, fallback='luck'",
               "MF, lr=0", "mf(dim=4, lr=0)", "mf(dim=4, batch=0)", "mf(dim=4, epochs=-1)"],
    "finetune": ["MF, warmup_epochs=-1", "MF, patience=0"],
    "retrain": ["MF, init='cold'", "MF, window=0", "MF, window='soon'"],
    "online_sgd": ["MF, lr=0", "MF, batch=2"],
    "batch_gd": ["MF, steps=-1", "MF, epochs=2"],
    "hybrid": ["MF, retrain_every='soon'"],
    "ema": ["MF, rho=1", "MF, rho=-0.1", "MF, patience=2"],
    "drift_retrain": ["MF, detector='adwim'"],
    "replay": ["MF, buffer='luck'", "MF, size=-1", "MF, ratio=-1", "MF, union='none'"],
    "distill": ["MF, lam=1.5", "MF, T=0"],
    "derpp": ["MF, alpha=-1", "MF, size=-1"],
    "ader": ["MF, exemplars=-1", "MF, selection='luck'", "MF, lambda_base=-1", "LOGISTIC"],
    "spmf": ["MF, share=-0.1", "MF, ratio=-1"],
    "ewc": ["MF, lam=-1", "MF, gamma=1.1", "MF, sparse=True"],
    "l2sp": ["MF, lam=-1", "MF, sparse=True"],
    "mas": ["MF, lam=-1", "MF, sparse=True"],
    "contrastive_kd": ["MF, tau=0", "MF, neighbours=0", "LOGISTIC", "sasrec()", "gru4rec()"],
    "head_tune": ["MF, head='tail'", "MF, head=['users', 'items', 'bias']", "LOGISTIC", "MF, sparse=True",
                  "MF, patience=1"],
    "bitfit": ["MF, sparse=True", "MF, patience=1"],
    "lora": ["MF, r=0", "MF, alpha=0", "MF, sparse=True", "MF, patience=1"],
    "adapter": ["MF, bottleneck=0", "LOGISTIC", "MF, sparse=True", "MF, patience=1"],
    "sml": ["MF, multi=-1", "MF, hidden=0", "MF, transfer_lr=0", "MF, sparse=True", "MF, patience=1", "LOGISTIC"],
    "asmg": ["MF, k=0", "MF, hidden=0", "MF, meta_lr=0", "MF, mode='cubic'", "MF, weights=[1]",
             "MF, weights=[1, 1, 0]", "MF, sparse=True", "MF, patience=1"],
    "reptile": ["MF, inner=0", "MF, eps=0", "MF, eps=1.5", "MF, patience=1"],
    "maml": ["MF, inner=0", "MF, inner_lr=-1", "MF, sparse=True", "MF, patience=1"],
    "fomaml": ["MF, inner=0", "MF, inner_lr=-1", "MF, sparse=True", "MF, patience=1"],
    "melu": ["neumf(), support=0", "neumf(), inner=0", "neumf(), local_lr=-1", "neumf(), sparse=True",
             "neumf(), patience=1", "MF", "neumf(), local='heads'"],
    "delayed": ["LOGISTIC, correction='luck'", "LOGISTIC, wait='soon'", "MF"],
    "transfer": ["MF, source='drift'", "MF, source=drft()", "MF, source=drift(), clock='broken'"],
}  # fmt: skip
MODELS = {
    "mf": ["loss='sotfmax'"],
    "neumf": ["layers=[8]", "layers=[7, 4]", "factors=0", "negatives=0"],
    "gru4rec": ["loss='bpr_max'", "dim=0"],
    "sasrec": ["dim=0", "length=0", "heads=3", "blocks=0", "loss='bpr'"],
    "multvae": ["dim=0", "anneal=0", "dropout=1", "hidden=0"],
    "bow_logistic": ["bits=40"],
    "logistic": ["bits=40"],
}
CASES = [(name, options) for name, cases in OPTIONS.items() for options in cases]


@pytest.mark.parametrize(("name", "options"), CASES)
def test_a_strategy_that_cannot_be_is_refused_when_it_is_built(name, options):
    text = options.replace("MF", "mf(dim=4)").replace("LOGISTIC", "logistic(bits=4)")
    with pytest.raises(FreshmarkError) as refused:
        REGISTRY.build("strategies", f"{name}({text})")
    assert refused.value.code.startswith("FM1")


@pytest.mark.parametrize(("name", "options"), [(name, one) for name, cases in MODELS.items() for one in cases])
def test_a_model_that_cannot_be_is_refused_when_it_is_built(name, options):
    with pytest.raises(FreshmarkError) as refused:
        REGISTRY.build("models", f"{name}({options})")
    assert refused.value.code.startswith("FM1")
