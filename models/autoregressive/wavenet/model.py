"""WaveNet."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from models.autoregressive.wavenet.crops import crop
from models.autoregressive.wavenet.generation import Generation, generation
from models.autoregressive.wavenet.network import LevelInput, Network, ValueInput
from models.autoregressive.wavenet.words import LOOK_AT, METRICS, OBJECTIVE, PHASES, PRESETS, SCENES, TRY_NEXT, VIEWS
from models.likelihoods.quantised import MixtureOfLogistics, MuLaw, SampleDistribution, Softmax
from models.nets.wavenet import WaveNetStack, dilations_of
from models.protocol import (
    BadValue,
    DataBatch,
    DataSpec,
    HasConditional,
    HasLogProb,
    Kind,
    LossModel,
    Waveform,
    param,
    settings,
)

__all__ = ["WaveNet"]

_AT_ONCE = 8192  # samples of one pass of `log_prob`
_MOST_CLASSES = 1024  # levels of a softmax
_LENGTH = 8192  # samples of a sound of unknown length


class WaveNet(LossModel, HasLogProb, HasConditional):
    """p(x) = Π p(x_t | x_<t) for sound, by dilated causal convolutions (van den Oord et al., 2016, arXiv 1609.03499).

    Sound is quantised to the levels of a µ-law grid; log probabilities are those of the levels. With the output
    "mu-law" the network gets a vector for each level and predicts a softmax; with "logistics" it gets the companded
    value and predicts a mixture of logistics over the same levels, whose log probability can be differentiated with
    respect to the sound. Where the model is conditioned on the class, p(x) is the mean of p(x | class).
    """

    title = "WaveNet"
    reference = "https://arxiv.org/abs/1609.03499"
    accepts = (Waveform,)
    objective, metrics, presets, phases = OBJECTIVE, METRICS, PRESETS, PHASES
    validation, validation_size, validation_part = "bits_per_sample", 32, 2
    views, scenes = VIEWS, SCENES
    look_at, try_next = LOOK_AT, TRY_NEXT

    @dataclass(frozen=True)
    class Config:
        """Parameters of the page."""

        layers: int = param(8, "Layers", 1, 60)
        cycle: int = param(
            8, "Layers in a cycle", 1, 14,
            help="Dilations double from layer to layer, and begin with 1 again after so many layers.",
        )  # fmt: skip
        kernel: int = param(2, "Kernel", 2, 4, more=True, help="Inputs of each dilated convolution.")
        residual: int = param(24, "Residual channels", 1, 512, log=True)
        gate: int = param(
            48, "Gate channels", 2, 1024, log=True, more=True, help="Half of them are filters, half are gates."
        )
        skip: int = param(24, "Skip channels", 1, 1024, log=True, more=True)
        head: int = param(64, "Head channels", 1, 1024, log=True, more=True)
        output: str = param(
            "mu-law", "Output", choices={"mu-law": "Softmax", "logistics": "Logistics"},
            help="Distribution of a sample over the levels: a softmax, or a mixture of logistics.",
        )  # fmt: skip
        mixtures: int = param(
            5, "Logistics K", 1, 32, more=True, when=lambda config: config.output == "logistics",
            help="Components of the mixture of logistics.",
        )  # fmt: skip
        levels: int = param(
            256, "Levels", 2, 65_536, log=True, more=True, help="Levels of the µ-law grid; a softmax has at most 1,024."
        )
        condition: bool = param(
            True, "Class given", help="Each layer gets the class of the sound, where the data have classes."
        )
        window: int = param(
            1024, "Training window", 16, 65_536, unit="samples", log=True,
            help="Samples of a random crop of each sound in a batch; the samples before it are given to the network.",
        )  # fmt: skip

    config: Config

    def __init__(self, config: Config, spec: DataSpec):
        super().__init__(config, spec)
        self.check(config, spec.kind)
        self.grid = MuLaw(config.levels)
        self.distribution: SampleDistribution = Softmax(config.levels)
        if config.output == "logistics":
            self.distribution = MixtureOfLogistics(config.levels, config.mixtures)
        self.classes = spec.classes if config.condition else ()
        entrance = LevelInput if config.output == "mu-law" else ValueInput
        stack = WaveNetStack(
            dilations_of(config.layers, config.cycle),
            config.kernel,
            (config.residual, config.gate, config.skip),
            config.head,
            self.distribution.outputs,
            len(self.classes),
        )
        self.network = Network(entrance(config.levels, config.residual), stack, config.levels)

    @property
    def rate(self) -> int:
        """Samples a second."""
        assert isinstance(self.spec.kind, Waveform)
        assert self.spec.kind.rate is not None
        return self.spec.kind.rate

    @property
    def receptive_field(self) -> int:
        """Number of earlier samples on which a sample depends."""
        return self.network.receptive_field

    def loss(self, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        """The negative log-likelihood of a random crop of each sound, nats a sample; padding has no part in it."""
        window = crop(self.grid.quantise(batch.x), batch.mask, self.config.window, self.network, rng)
        output = self.network(window.tokens, self.class_of(batch.y))
        log_prob = self.distribution.log_prob(output, window.levels) * window.mask  # (n, window)
        mean = log_prob.sum() / window.mask.sum()
        return {"loss": -mean, "log_prob": mean, "bits_per_sample": -mean / math.log(2)}

    def class_of(self, y: Tensor | None) -> Tensor | None:
        """The classes as the network takes them: None without conditioning."""
        return y if self.classes else None

    def log_prob(self, x: Tensor, y: Tensor | None = None, mask: Tensor | None = None) -> Tensor:
        """Log probability of the quantised sounds, (n, length) to (n,), nats.

        Args:
            x: Sounds.
            y: Class of each, (n,). Without it a model that is conditioned gives the log of the mean over all classes.
            mask: 1 where a sample counts, (n, length), or None for all.
        """
        if self.classes and y is None:
            every = [
                self.log_prob(x, torch.full((len(x),), k, device=x.device), mask) for k in range(len(self.classes))
            ]
            return torch.stack(every).logsumexp(0) - math.log(len(every))
        rows = max(1, _AT_ONCE // (x.shape[1] + self.receptive_field))
        starts = range(0, len(x), rows)
        each = torch.cat(
            [self.sample_log_probs(x[k : k + rows], None if y is None else y[k : k + rows]) for k in starts]
        )
        return (each if mask is None else each * mask).sum(dim=1)

    def sample_log_probs(self, x: Tensor, y: Tensor | None, start: int = 0, stop: int | None = None) -> Tensor:
        """Log probability of each sample given those before it, nats; (n, length) to (n, stop − start).

        Args:
            x: Sounds, of which those before `start` are given.
            y: Class of each, (n,), or None without conditioning.
            start: First sample.
            stop: The one after the last; None for the end.
        """
        levels = self.grid.quantise(x)[:, :stop]
        tokens = self.network.context(levels)[:, start:]
        parts = []
        for first in range(0, levels.shape[1] - start, _AT_ONCE):
            last = min(first + _AT_ONCE, levels.shape[1] - start)
            output = self.network(tokens[:, first : last + self.receptive_field - 1], self.class_of(y))
            parts.append(self.distribution.log_prob(output, levels[:, start + first : start + last]))
        return torch.cat(parts, dim=1)

    @torch.no_grad()
    def evaluate(self, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        """Negative log-likelihood given the class, nats a sound, and bits a sample with the samples of each sound."""
        lengths = [batch.x.shape[1]] * len(batch) if batch.mask is None else batch.mask.sum(dim=1).long().tolist()
        nats = []
        for k, length in enumerate(lengths):
            y = None if batch.y is None else batch.y[k : k + 1]
            nats.append(-self.sample_log_probs(batch.x[k : k + 1, :length], y).sum())
        nll, counts = torch.stack(nats), torch.tensor(lengths, device=batch.x.device)
        return {"nll_nats": nll, "bits_per_sample": torch.stack([nll / math.log(2) / counts, counts], dim=1)}

    # Generation

    @torch.no_grad()
    @settings
    def sample(
        self,
        n: int,
        *,
        rng: torch.Generator,
        temperature: float = param(1.0, "Temperature", 0.01, 5.0, log=True, more=True),
        class_: str = param("", "Class", help="Name of the class; empty for any."),
    ) -> Tensor:
        """Sounds, (n, length)."""
        assert isinstance(self.spec.kind, Waveform)
        drawn = self.begin(n, self.spec.kind.shape[0], rng=rng, temperature=temperature, class_=class_)
        drawn.advance(drawn.length)
        return self.grid.amplitude(drawn.levels, self.dtype)

    @torch.no_grad()
    def complete(
        self, x: Tensor, mask: Tensor, *, rng: torch.Generator, y: Tensor | None = None, temperature: float = 1.0
    ) -> Tensor:
        """Draws the samples whose mask is 0, each given those before it; (n, length).

        A model that is conditioned needs the class: where `y` is None, it is drawn given the beginning of the sound.
        """
        drawn = self.begin_completion(x, mask, rng=rng, y=y, temperature=temperature)
        drawn.advance(drawn.length)
        return torch.where(mask > 0, x, self.grid.amplitude(drawn.levels, x.dtype))

    def begin(
        self, n: int, length: int, *, rng: torch.Generator, temperature: float = 1.0, class_: str = ""
    ) -> Generation:
        """Sounds of any length, of which no sample is drawn yet. Raises `BadValue` where there is no such class."""
        y = self._classes_of(n, class_, rng)
        return generation(self.network, self.distribution, self.noise(n, length, rng), y, temperature)

    def begin_completion(
        self, x: Tensor, mask: Tensor, *, rng: torch.Generator, y: Tensor | None = None, temperature: float = 1.0
    ) -> Generation:
        """Sounds of which some samples are given and no other is drawn yet; see `complete`."""
        if self.classes and y is None:
            y = self._classes_given(x, mask, rng)
        levels, noise = self.grid.quantise(x), self.noise(len(x), x.shape[1], rng)
        return generation(
            self.network, self.distribution, noise, self.class_of(y), temperature, levels, mask.expand_as(x)
        )

    def noise(self, n: int, length: int, rng: torch.Generator) -> Tensor:
        """Uniform numbers from which samples are drawn, (n, length, draws)."""
        shape = (n, length, self.distribution.draws)
        return torch.rand(shape, generator=rng, device=self.device, dtype=self.dtype)

    def _classes_of(self, n: int, class_: str, rng: torch.Generator) -> Tensor | None:
        if class_ and class_ not in self.classes:
            known = f"{', '.join(self.classes)}, or nothing for any" if self.classes else "nothing: no class is given"
            raise BadValue("class", f"class takes {known}, not {class_}")
        if not self.classes:
            return None
        if class_:
            return torch.full((n,), self.classes.index(class_), device=self.device)
        return torch.randint(len(self.classes), (n,), generator=rng, device=self.device)

    def _classes_given(self, x: Tensor, mask: Tensor, rng: torch.Generator) -> Tensor:
        """A class for each sound, drawn given the samples before the first that is missing."""
        beginning = mask.expand_as(x).cumprod(dim=1)
        every = [
            self.log_prob(x, torch.full((len(x),), k, device=x.device), beginning) for k in range(len(self.classes))
        ]
        return torch.multinomial(torch.stack(every, dim=1).softmax(1), 1, generator=rng)[:, 0]

    # What the page declares of its cost

    @classmethod
    def check(cls, config: Config, kind: Kind) -> None:
        """Refuses channels and levels that do not go together.

        Raises:
            BadValue: The gate channels have no half, or a softmax has too many levels.
        """
        if config.gate % 2:
            raise BadValue("gate", f"gate takes an even number, half of it for filters, not {config.gate}")
        if config.output == "mu-law" and config.levels > _MOST_CLASSES:
            raise BadValue(
                "levels", f"a softmax has at most {_MOST_CLASSES:,} levels, not {config.levels:,}: set output=logistics"
            )

    @classmethod
    def noise_dims(cls, config: Config, kind: Kind) -> int:
        """One number for each sample, two with logistics."""
        return math.prod(kind.shape) * (1 if config.output == "mu-law" else MixtureOfLogistics.draws)

    @classmethod
    def sampling_passes(cls, config: Config, settings: Mapping[str, Any], spec: DataSpec | None = None) -> int:
        """One for each sample."""
        kind = None if spec is None else spec.kind
        return (kind.length if isinstance(kind, Waveform) else None) or _LENGTH
