"""`Training`: settings of the training that are the same for all models."""

from __future__ import annotations

import dataclasses
import functools
from dataclasses import dataclass
from typing import Any

from explorer.engine.errors import BadInput
from models.protocol import GenerativeModel, half_cosine, param

__all__ = ["Training", "check_length", "learning_rate", "training_class"]


@dataclass(frozen=True)
class Training:
    """Settings of a training run. `training_class` adds the page's learning rates.

    A run ends after `steps` rounds, or after `seconds` of training if that is above 0.
    """

    steps: int = param(3000, "Steps", 1, 100_000_000, log=True, live=True, help="Rounds after which training ends.")
    seconds: float = param(
        0.0,
        "Seconds",
        0.0,
        1e7,
        unit="s",
        live=True,
        more=True,
        help="Training time after which training ends; 0: it ends after the steps.",
    )
    batch: int = param(128, "Batch", 1, 65_536, log=True, help="Data in one update.")
    micro_batches: int = param(
        1,
        "Micro-batches",
        1,
        256,
        more=True,
        help="Parts into which a batch is divided to save memory. The gradient is that of the whole batch; each part "
        "has noise of its own.",
    )
    optimiser: str = param(
        "adam", "Optimiser", choices={"adam": "Adam", "adamw": "AdamW", "rmsprop": "RMSprop", "sgd": "SGD"},
        live=True, more=True, help="A change drops the moments of earlier gradients.",
    )  # fmt: skip
    beta1: float = param(
        0.9, "Momentum β₁", 0.0, 0.999, live=True, more=True, help="Decay of Adam's first moment; momentum of SGD.",
        when=lambda training: training.optimiser != "rmsprop",
    )  # fmt: skip
    beta2: float = param(
        0.999, "Momentum β₂", 0.0, 0.9999, live=True, more=True, help="Decay of the second moment (Adam, RMSprop).",
        when=lambda training: training.optimiser != "sgd",
    )  # fmt: skip
    weight_decay: float = param(0.0, "Weight decay", 0.0, 1.0, live=True, more=True)
    schedule: str = param(
        "cosine", "Schedule", choices={"cosine": "Cosine", "constant": "Constant"}, live=True, more=True,
        help="Cosine lowers the learning rate to 2 % of its value at the end.",
    )  # fmt: skip
    clip: float = param(
        0.0,
        "Clip gradient norm",
        0.0,
        1e6,
        live=True,
        more=True,
        help="Longer gradients are scaled down to this norm; 0: never.",
    )
    ema: float = param(
        0.0, "Weight averaging", 0.0, 0.99999, more=True,
        help="Decay of the moving average (EMA) of the weights, which views, samples and evaluation use; 0: none.",
    )  # fmt: skip

    autocast: str = param(
        "none", "Autocast on a GPU", choices={"none": "None, 32 bits", "bfloat16": "Products in bfloat16"},
        live=True, more=True,
        help="With bfloat16, a GPU computes products of matrices and convolutions of the losses with 16 bits, which is "
        "faster for wide networks. Weights and all else stay at 32 bits.",
    )  # fmt: skip
    graphs: bool = param(
        True, "CUDA graphs", live=True, more=True,
        help="On a GPU the operations of a round are recorded once and replayed, which spares the time to launch them.",
    )  # fmt: skip

    @functools.cached_property
    def captured(self) -> tuple[Any, ...]:
        """The settings whose change alters the operations of a round, so that its CUDA graph is captured anew."""
        sizes, optimiser = (self.batch, self.micro_batches), (self.optimiser, self.beta1, self.beta2, self.weight_decay)
        return *sizes, *optimiser, self.clip, self.autocast

    def rate(self, field: str) -> float:
        """The learning rate of a name ("lr")."""
        return float(getattr(self, field))


# The page's default learning rate, for presets that do not set one.
_DEFAULT_RATE = 1e-3
_FLOOR = 0.02


@functools.cache
def training_class(page: type[GenerativeModel]) -> type[Training]:
    """`Training` with a field for each learning rate that the page declares."""
    rates: list[tuple[str, type, Any]] = [
        (field, float, param(_DEFAULT_RATE, label, 1e-7, 1e7, log=True, live=True))
        for field, label in page.rates.items()
    ]
    return dataclasses.make_dataclass(
        "Training", rates, bases=(Training,), frozen=True, namespace={"__module__": __name__}
    )


def check_batch(page: type[GenerativeModel], training: Training) -> None:
    """Refuses a batch that cannot be divided into the micro-batches.

    Raises:
        BadInput: There are more parts than data, parts differ in size, or the model normalises by its batch.
    """
    if training.micro_batches == 1:
        return
    if page.batch_statistics:
        raise BadInput(
            f"{page.title} normalises by its batch, so micro_batches must be 1, not {training.micro_batches}"
        )
    if training.batch % training.micro_batches:
        raise BadInput(
            f"a batch of {training.batch} cannot be divided into {training.micro_batches} equal micro_batches"
        )


def check_length(training: Training, steps: int, seconds: float) -> None:
    """Refuses a total length shorter than the training so far.

    Args:
        training: The settings.
        steps: Rounds completed.
        seconds: Training time.

    Raises:
        BadInput: The length is too short; the sentence states the training so far.
    """
    if training.seconds > 0 and training.seconds < seconds:
        raise BadInput(f"{seconds:.0f} s of training are done; seconds takes more, not {training.seconds:g}")
    if training.seconds == 0 and training.steps < steps:
        raise BadInput(f"{steps} steps are done; steps takes at least as many, not {training.steps}")


def learning_rate(base: float, schedule: str, progress: float) -> float:
    """The learning rate after a share `progress` of the run (Loshchilov & Hutter, 2017, arXiv 1608.03983)."""
    if schedule == "constant":
        return base
    share = min(max(progress, 0.0), 1.0)
    return base * (_FLOOR + (1 - _FLOOR) * half_cosine(share))
