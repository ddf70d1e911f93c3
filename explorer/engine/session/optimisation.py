"""One player's optimiser. It skips an update whose loss or gradient is not finite."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from explorer.engine.devices import is_deferred
from explorer.engine.session.optimiser_step import fast_step, guarded_step
from explorer.engine.session.rows import RowOptimiser
from explorer.engine.training import Training
from models.protocol import Player

__all__ = ["Average", "Optimisation", "averaging_weight"]

_TINY = 1e-6  # as in torch.nn.utils.clip_grad_norm_
_SETTINGS = ("optimiser", "beta1", "beta2", "weight_decay")


class Optimisation:
    """A player and its optimiser.

    Args:
        player: The player whose parameters are updated.
        training: Kind of optimiser and its settings.
        names: Name of each of the model's parameters, by identity.

    Raises:
        ValueError: None of the player's parameters requires a gradient.
    """

    def __init__(self, player: Player, training: Training, names: Mapping[int, str]):
        self.player = player
        self.parameters = [parameter for parameter in player.parameters if parameter.requires_grad]
        if not self.parameters:
            raise ValueError(f"player {player.name} has no parameter that requires a gradient")
        self._tables = {names[id(table)]: table for table in player.rows if table.requires_grad}
        self._dense = [parameter for parameter in self.parameters if names[id(parameter)] not in self._tables]
        self._names = [names[id(parameter)] for parameter in self._dense]
        self._make(training)

    def _make(self, training: Training) -> None:
        self._training = training
        rows_lr = training.rate(self.player.rows_lr) if self._tables else 0.0
        self._rows = RowOptimiser(self._tables, training, rows_lr) if self._tables else None
        self._deferred = is_deferred(self.parameters[0].device)
        rate = training.rate(self.player.lr)
        self._rate: float | Tensor = torch.tensor(rate, device=self.parameters[0].device) if self._deferred else rate
        self._optimiser = _optimiser(self._dense, training, self._rate)
        self._step = fast_step(self._optimiser)
        self._guarded_step = guarded_step(self._optimiser, self._step)

    def change(self, training: Training) -> None:
        """Changes the settings of the optimiser, between two rounds.

        Another kind of optimiser starts without moments. With other momenta, Adam's estimates of the gradient's mean
        and mean square stay the same: its moments are scaled to the bias correction of the new momenta.
        """
        before = self._training
        if all(getattr(before, name) == getattr(training, name) for name in _SETTINGS):
            return
        memory = self.state() if before.optimiser == training.optimiser else {}
        if training.optimiser in ("adam", "adamw"):
            _rescale(memory, "exp_avg", before.beta1, training.beta1)
            _rescale(memory, "exp_avg_sq", before.beta2, training.beta2)
        self._make(training)
        self.load_state(memory)

    def zero(self) -> None:
        """Clears the gradients."""
        for parameter in self.parameters:  # the optimiser's own zero_grad costs more than a small player's whole update
            parameter.grad = None

    @property
    def lr(self) -> float:
        """The learning rate of the next update."""
        return float(self._optimiser.param_groups[0]["lr"])

    def gradients(self) -> Iterator[Tensor]:
        """The gradients of the parameters that have one."""
        return (parameter.grad for parameter in self.parameters if parameter.grad is not None)

    def set_rates(self, rates: Mapping[str, float]) -> None:
        """Learning rates of the next update, by training field."""
        if isinstance(self._rate, Tensor):
            self._rate.fill_(rates[self.player.lr])
        else:
            self._optimiser.param_groups[0]["lr"] = rates[self.player.lr]
        if self._rows is not None:
            self._rows.lr = rates[self.player.rows_lr]

    def update(self, loss: Tensor, clip: float) -> Tensor:
        """Updates the parameters, unless the loss or the gradient is not finite.

        Args:
            loss: The loss whose gradient it is, a scalar.
            clip: Greatest gradient norm; a larger gradient is scaled down to it. 0 for no limit.

        Returns:
            Whether the update was made, a boolean scalar on the device.
        """
        gradients = [parameter.grad for parameter in self._dense if parameter.grad is not None]
        rows = {} if self._rows is None else self._rows.gradients()
        gradients += [gradient for _, gradient in rows.values()]
        # The norm overflows where squares do, which would leave Adam's moments infinite and its steps zero.
        norm = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients)))
        if loss.device.type == "cpu" and not self._deferred:  # known at once, with a quarter of the operations
            finite = torch.tensor(math.isfinite(norm.item() + loss.item()))
        else:
            finite = torch.isfinite(norm + loss.detach())
        if not self._deferred and not finite:
            return finite
        if clip > 0:
            torch._foreach_mul_(gradients, (clip / (norm + _TINY)).clamp(max=1.0))
        if self._deferred:
            self._guarded_step(finite)
        else:
            self._step()
        if self._rows is not None:
            self._rows.update(rows, finite)
        return finite

    def state(self) -> dict[str, Tensor]:
        """The optimiser's state by "<parameter>/<key>"."""
        dense = {
            f"{name}/{key}": torch.as_tensor(value)
            for name, parameter in zip(self._names, self._dense, strict=True)
            for key, value in self._optimiser.state.get(parameter, {}).items()
            if value is not None
        }
        return dense if self._rows is None else dense | self._rows.state()

    def load_state(self, tensors: Mapping[str, Tensor]) -> None:
        """Loads what `state` returned; parameters that it does not name start without moments.

        Raises:
            ValueError: A moment has another shape than its parameter. The fused kernels do not check shapes and would
                write outside the tensor.
        """
        if self._rows is not None:
            self._rows.load_state(tensors)
        for name, parameter in zip(self._names, self._dense, strict=True):
            start = f"{name}/"
            own = {key[len(start) :]: value for key, value in tensors.items() if key.startswith(start)}
            for key, value in own.items():
                if key != "step" and value.shape != parameter.shape:
                    raise ValueError(f"{key} of {name} has shape {tuple(value.shape)}, not {tuple(parameter.shape)}")
            if own:
                self._optimiser.state[parameter] = {
                    key: value.to("cpu" if key == "step" and not self._deferred else parameter.device, copy=True)
                    for key, value in own.items()
                }


def _rescale(memory: dict[str, Tensor], moment: str, old: float, new: float) -> None:
    """Scales a moment so that its bias-corrected value stays the same under the new momentum."""
    if old == new:
        return
    for path, value in memory.items():
        name, _, key = path.rpartition("/")
        if key == moment:
            step = memory[f"{name}/step"].double()  # of the whole parameter, or of each of its rows
            scale = torch.where(step > 0, (1 - new**step) / (1 - old**step), 1.0)
            memory[path] = value * scale.reshape(*scale.shape, *[1] * (value.ndim - scale.ndim)).to(value)


def _optimiser(parameters: list[nn.Parameter], training: Training, lr: float | Tensor) -> torch.optim.Optimizer:
    fused, capturable = parameters[0].device.type in ("cpu", "cuda"), isinstance(lr, Tensor)
    betas = (training.beta1, training.beta2)
    decay = training.weight_decay
    if training.optimiser == "adam":
        return torch.optim.Adam(parameters, lr, betas, weight_decay=decay, fused=fused, capturable=capturable)
    if training.optimiser == "adamw":
        return torch.optim.AdamW(parameters, lr, betas, weight_decay=decay, fused=fused, capturable=capturable)
    if training.optimiser == "rmsprop":
        return torch.optim.RMSprop(
            parameters, lr, alpha=training.beta2, weight_decay=decay, foreach=True, capturable=capturable
        )
    return torch.optim.SGD(parameters, lr, momentum=training.beta1, weight_decay=decay, fused=fused)


def averaging_weight(decay: float, step: int) -> float:
    """Weight of the new weights in their average: early on larger, so that the initial weights are forgotten.

    Source: Tarvainen & Valpola (2017, arXiv 1703.01780) use the same warm-up, min(decay, (1 + t)/(10 + t)).
    """
    return 1 - min(decay, (1 + step) / (10 + step))


class Average:
    """Averaged weights that follow those of a model of the same structure.

    Running statistics of batch normalisation are averaged in the same way: they are those of the layers before them,
    which are averages. Other buffers (a step count, a constant) are copied. Tensors are looked up once: in small models
    that takes longer than averaging them.

    Args:
        average: The model with the averaged weights.
        model: The model that it follows.
    """

    def __init__(self, average: nn.Module, model: nn.Module):
        running = _running_statistics(model)
        buffers = list(zip(average.buffers(), model.buffers(), strict=True))
        self._running = [pair for pair in buffers if id(pair[1]) in running]
        self._copied = [pair for pair in buffers if id(pair[1]) not in running]
        self._means: list[Tensor] = list(average.parameters())
        self._values: list[Tensor] = list(model.parameters())

    @torch.no_grad()
    def update(self, weight: float | Tensor) -> None:
        """Moves the averages towards the model's weights by a share of their distance."""
        if isinstance(weight, Tensor):
            distances = torch._foreach_sub(self._values, self._means)
            torch._foreach_mul_(distances, weight)
            torch._foreach_add_(self._means, distances)
        else:
            torch._foreach_lerp_(self._means, self._values, weight)
        for mean, value in self._running:
            mean.lerp_(value, weight)
        for copied, value in self._copied:
            copied.copy_(value)


def _running_statistics(model: nn.Module) -> set[int]:
    """Identities of the means and variances of batch normalisation, which belong to weights of the same moments."""
    statistics = [(m.running_mean, m.running_var) for m in model.modules() if isinstance(m, _BatchNorm)]
    return {id(buffer) for pair in statistics for buffer in pair if buffer is not None}
