"""What ranking models minimise: one number an event, from the score of the item that came and those of others.

true: (n,) scores of the items that came
others: (n, K) scores of other items; −∞ where one is the item that came, which counts nothing
"""

from __future__ import annotations

from math import inf

import torch
from torch import Tensor
from torch.nn.functional import elu, softplus

LEAST = 1e-24


def logistic(true: Tensor, others: Tensor) -> Tensor:
    """``−log σ(s) − Σ_j log σ(−s_j)``: binary cross-entropy, the item that came against each other one."""
    return softplus(-true) + softplus(others).sum(1)


def cross_entropy(true: Tensor, others: Tensor) -> Tensor:
    """``−log (e^s / (e^s + Σ_j e^s_j))``."""
    return torch.cat([true[:, None], others], 1).logsumexp(1) - true


def bpr_max(true: Tensor, others: Tensor, *, reg: float) -> Tensor:
    """``−log Σ_j w_j σ(r − r_j) + reg Σ_j w_j r_j²``, r = elu_½(s), w = softmax of the r_j.

    Hidasi & Karatzoglou, CIKM 2018 (Recurrent neural networks with top-k gains), with the activation ``elu-0.5`` of
    the authors' code.
    """
    there = others > -inf
    rivals = elu(others.masked_fill(~there, 0.0), 0.5)
    weight = rivals.masked_fill(~there, -1e30).softmax(1) * there
    won = (weight * torch.sigmoid(elu(true, 0.5)[:, None] - rivals)).sum(1)
    return (weight * rivals.square()).sum(1) * reg - (won + LEAST).log()
