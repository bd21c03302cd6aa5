"""Losses of ranking models: one number per event, from the scores of its item and of other items.

true: (n,) scores of the events' items
others: (n, K) scores of other items; −∞: ignored, because it is the event's own item
"""

from __future__ import annotations

from math import inf

import torch
from torch import Tensor
from torch.nn.functional import elu, softplus

LEAST = 1e-24


def logistic(true: Tensor, others: Tensor) -> Tensor:
    """``−log σ(s) − Σ_j log σ(−s_j)``: binary cross-entropy of the event's item and each other one."""
    return softplus(-true) + softplus(others).sum(1)


def cross_entropy(true: Tensor, others: Tensor) -> Tensor:
    """``−log (e^s / (e^s + Σ_j e^s_j))``."""
    return torch.cat([true[:, None], others], 1).logsumexp(1) - true


def bpr_max(true: Tensor, others: Tensor, *, reg: float) -> Tensor:
    """``−log Σ_j w_j σ(r − r_j) + reg Σ_j w_j r_j²``, r = elu_½(s), w = softmax of the r_j.

    Hidasi & Karatzoglou, CIKM 2018 (Recurrent neural networks with top-k gains), with the activation ``elu-0.5`` of
    the authors' code.
    """
    valid = others > -inf
    rivals = elu(others.masked_fill(~valid, 0.0), 0.5)
    weight = rivals.masked_fill(~valid, -1e30).softmax(1) * valid
    gain = (weight * torch.sigmoid(elu(true, 0.5)[:, None] - rivals)).sum(1)
    return (weight * rivals.square()).sum(1) * reg - (gain + LEAST).log()
