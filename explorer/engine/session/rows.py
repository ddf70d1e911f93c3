"""Optimiser of tables with a row for each datum: a row changes only when its datum is in the batch."""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from explorer.engine.training import Training

__all__ = ["RowOptimiser"]

_EPSILON = 1e-8  # as in torch's optimisers


class RowOptimiser:
    """Updates the rows of a sparse gradient, each as if it were a parameter with its own optimiser.

    Each row has its own moments and step count: without its datum in the batch, its values, moments and count do not
    change at all. A dense Adam would continue to move the row by its momentum, and its moments would decay because of
    gradients that are zero only because the datum was not in the batch. (torch's `SparseAdam` counts the steps of all
    rows together, so that the first steps of a row that comes late are three times too long.)

    Args:
        tables: Parameters by name, (n, ...) each.
        training: Kind of optimiser and its settings.
        lr: Learning rate.

    Attributes:
        lr: Learning rate of the next update.
    """

    def __init__(self, tables: Mapping[str, nn.Parameter], training: Training, lr: float):
        self.lr = lr
        self._tables, self._training = tables, training
        kept = {"adam": ("exp_avg", "exp_avg_sq"), "adamw": ("exp_avg", "exp_avg_sq"), "rmsprop": ("square_avg",)}
        self._state = {
            name: {
                "step": torch.zeros(len(table), device=table.device),
                **{key: torch.zeros_like(table) for key in kept.get(training.optimiser, ("momentum_buffer",))},
            }
            for name, table in tables.items()
        }

    def gradients(self) -> dict[str, tuple[Tensor, Tensor]]:
        """Rows, (k,), and their gradients, (k, ...), for each table that has gradients; every row once."""
        gradients = {}
        for name, table in self._tables.items():
            if table.grad is not None:
                gradient = table.grad.coalesce()  # a datum may be twice in a batch that spans two epochs
                gradients[name] = gradient.indices()[0], gradient.values()
        return gradients

    @torch.no_grad()
    def update(self, gradients: Mapping[str, tuple[Tensor, Tensor]], finite: Tensor) -> None:
        """Updates rows by their gradients, unless these are not finite.

        Args:
            gradients: What `gradients` returned.
            finite: Whether the update is made, a boolean scalar on the device.
        """
        for name, (rows, gradient) in gradients.items():
            table, state = self._tables[name], self._state[name]
            before = {key: value[rows] for key, value in state.items()}
            moved, after = self._moved(table[rows], gradient, before)
            table.index_copy_(0, rows, torch.where(finite, moved, table[rows]))
            for key, value in after.items():
                state[key].index_copy_(0, rows, torch.where(finite, value, before[key]))

    def _moved(self, x: Tensor, gradient: Tensor, state: Mapping[str, Tensor]) -> tuple[Tensor, dict[str, Tensor]]:
        """Rows and their state after a step; nothing is changed in place."""
        t, lr = self._training, self.lr
        step = state["step"] + 1
        count = step.reshape(-1, *[1] * (x.ndim - 1)).to(x)  # (k, 1, …)
        if t.optimiser == "adamw":
            x = x * (1 - lr * t.weight_decay)
        elif t.weight_decay:
            gradient = gradient + t.weight_decay * x
        if t.optimiser in ("adam", "adamw"):
            first = torch.lerp(state["exp_avg"], gradient, 1 - t.beta1)
            second = torch.lerp(state["exp_avg_sq"], gradient.square(), 1 - t.beta2)
            scale = (second / _weight_so_far(t.beta2, count)).sqrt() + _EPSILON
            x = x - lr * first / _weight_so_far(t.beta1, count) / scale
            return x, {"step": step, "exp_avg": first, "exp_avg_sq": second}
        if t.optimiser == "rmsprop":
            square = torch.lerp(state["square_avg"], gradient.square(), 1 - t.beta2)
            return x - lr * gradient / (square.sqrt() + _EPSILON), {"step": step, "square_avg": square}
        buffer = t.beta1 * state["momentum_buffer"] + gradient
        return x - lr * buffer, {"step": step, "momentum_buffer": buffer}

    def state(self) -> dict[str, Tensor]:
        """State of all rows by "<parameter>/<key>"."""
        return {f"{name}/{key}": value for name, kept in self._state.items() for key, value in kept.items()}

    def load_state(self, tensors: Mapping[str, Tensor]) -> None:
        """Loads what `state` returned; rows that it does not name start without moments."""
        for name, kept in self._state.items():
            for key, value in kept.items():
                if f"{name}/{key}" in tensors:
                    value.copy_(tensors[f"{name}/{key}"])


def _weight_so_far(beta: float, count: Tensor) -> Tensor:
    """1 − β^count, the sum of the weights of a moving average that began at 0, without cancellation."""
    return -torch.expm1(count * math.log(beta)) if beta > 0 else torch.ones_like(count)
