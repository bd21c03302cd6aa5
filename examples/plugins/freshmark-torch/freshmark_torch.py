"""perceptron(): a plain torch module for clicks, under finetune, replay, ewc and all that train a model."""

from __future__ import annotations

from copy import deepcopy

from freshmark import hookimpl


@hookimpl
def register_models():
    return {"perceptron": perceptron}


def perceptron(dim: int = 8, hidden: int = 32):  # noqa: C901  (one class; only here is torch imported)
    """P(click) = σ(MLP(user vector, item vector, numbers)); who is new has a vector of zeros."""
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits

    class Perceptron(torch.nn.Module):
        tasks = frozenset({"click"})

        def build(self, run):
            torch.manual_seed(run.seed)
            width = run.past[:0].numbers().shape[1]
            self.user, self.item = torch.nn.Embedding(0, dim), torch.nn.Embedding(0, dim)
            layers = torch.nn.Linear(2 * dim + width, hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, 1)
            self.layers = torch.nn.Sequential(*layers)
            self.grow(run.users, run.items)

        def grow(self, users, items):
            for table, rows in ((self.user, users), (self.item, items)):
                fresh = torch.zeros(max(0, rows - len(table.weight)), dim)
                table.weight = torch.nn.Parameter(torch.cat([table.weight.detach(), fresh]))

        def inputs(self, events):
            pairs = ((self.user, events.user), (self.item, events.item))
            vectors = [
                torch.nn.functional.pad(table.weight, (0, 0, 0, 1))[torch.as_tensor(codes).clamp(max=len(table.weight))]
                for table, codes in pairs
            ]
            return torch.cat([*vectors, torch.as_tensor(events.numbers(), dtype=torch.float32)], 1)

        def outputs(self, events):
            return self.layers(self.inputs(events))

        def loss(self, events, draw):
            label = torch.as_tensor(events.label, dtype=torch.float32)
            return binary_cross_entropy_with_logits(self.outputs(events)[:, 0], label, reduction="none")

        def observe(self, events):
            pass

        @torch.no_grad()
        def predict(self, query):
            # In float64, then rounded: the answer to a row must not depend on how many rows are asked at once.
            logits = deepcopy(self.layers).double()(self.inputs(query).double())
            return torch.sigmoid(logits[:, 0].float()).double().numpy()

        def state(self):
            return {name: value.detach().numpy() for name, value in self.named_parameters()}

    return Perceptron()
