"""l2sp: penalise the distance from the parameters after the last update."""

from __future__ import annotations

from typing import Annotated, Unpack

from freshmark import Model, Search

from freshmark_plugins.strategies.continual.anchored import Anchored
from freshmark_plugins.training.options import Training


class L2SP(Anchored):
    """Finetune with an L2 penalty on the distance from its starting point.

    ::

        L = ℓ(D_t; θ) + λ/2 |θ − θ_{t−1}|²

    It is ``ewc`` with F = 1; new rows move freely. With ``lam=0`` it is ``finetune``. Cost of an update: epochs ·
    |D_t|. Extra memory: one more model. Xuhong, Grandvalet & Davoine, ICML 2018 (λ of 0.001 to 1, by validation).

    Args:
        model: any.
        lam: λ.
        training: see ``Training``; not sparse.
    """

    def __init__(
        self, model: Model, *, lam: Annotated[float, Search(1e-4, 10.0, log=True)] = 0.01, **training: Unpack[Training]
    ) -> None:
        super().__init__(model, lam=lam, **training)
