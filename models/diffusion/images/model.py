"""A diffusion model of images."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor

from models.diffusion.images.words import (
    ABOUT,
    LOOK_AT,
    METRICS,
    PHASES,
    PRESETS,
    SCENES,
    TRY_NEXT,
    VIEWS,
    objective_of,
)
from models.diffusion.process import (
    SCHEDULES,
    STRAIGHT,
    T_MIN,
    Estimate,
    Field,
    Level,
    Moment,
    Schedule,
    datum,
    noise,
    trajectory,
)
from models.nets.unet import UNet
from models.protocol import (
    BadValue,
    Data,
    DataBatch,
    DataSpec,
    GenerativeModel,
    Image,
    Kind,
    LossModel,
    Objective,
    param,
    settings,
)

__all__ = ["SAMPLERS", "ImageDiffusion"]

SAMPLERS = {"ddim": "DDIM", "ancestral": "Ancestral", "heun": "Flow, Heun"}
_DROPPED = 0.1  # share of the classes that are left out in training, so that the network also learns to do without
_PIXELS = 3200  # of the images that pass through the network at once on a CPU: a pass takes 10 to 15 ms


class _Path(NamedTuple):
    title: str
    schedule: Schedule
    prediction: str


_PATHS = {
    "eps": _Path("Noise ε, cosine", SCHEDULES["cosine"], "eps"),
    "v": _Path("v, cosine", SCHEDULES["cosine"], "v"),
    "flow": _Path("Flow matching", STRAIGHT, "velocity"),
}


def _has_classes(config: Any) -> bool:
    return bool(config.conditional)


class ImageDiffusion(LossModel):
    """A U-Net that takes noise away from images, for each class or for all of them.

    Ho et al., 2020 (arXiv 2006.11239), with the cosine schedule of Nichol and Dhariwal, 2021 (arXiv 2102.09672), or
    flow matching with t = σ(N(0, 1)) (Esser et al., 2024, arXiv 2403.03206). Classifier-free guidance (Ho and
    Salimans, 2022, arXiv 2207.12598): ε = ε_∅ + w (ε_c − ε_∅). Values are from −1 to 1.

    Attributes:
        net: Predicts ε, v or the velocity from x_t, t and the class.
        frequencies: Share of each class in the training data.
    """

    title = "DDPM of images"
    reference = "https://arxiv.org/abs/2006.11239"
    accepts = (Image,)
    about, metrics, phases = ABOUT, METRICS, PHASES
    presets, views, scenes, look_at, try_next = PRESETS, VIEWS, SCENES, LOOK_AT, TRY_NEXT
    validation = "error"
    validation_size = 256
    validation_interval_growth = 0.5

    @dataclass(frozen=True)
    class Config:
        """Parameters of the page."""

        objective: str = param(
            "eps", "Network predicts", choices={name: path.title for name, path in _PATHS.items()},
            help="Flow matching: ε − x₀ on straight paths, times in the middle more often.",
        )  # fmt: skip
        channels: int = param(
            16, "Channels", 8, 256, log=True, help="Of the finest scale; of the others twice as many."
        )
        scales: int = param(2, "Scales", 1, 5, help="Each halves the sides of the one before.")
        attention: bool = param(True, "Attention", more=True, help="Between all places of the coarsest scale.")
        conditional: bool = param(
            True, "Class-conditional", help="Feed the class to the network, if the data have classes."
        )

    config: Config
    frequencies: Tensor

    def __init__(self, config: Config, spec: DataSpec):
        super().__init__(config, spec)
        self.check(config, spec.kind)
        self.classes = len(spec.classes) if config.conditional else 0
        widths = [config.channels] + [2 * config.channels] * (config.scales - 1)
        self.net = UNet(spec.kind.shape[0], widths, self.classes, config.attention)
        self.register_buffer("frequencies", torch.full((self.classes,), 1 / max(1, self.classes)))

    @classmethod
    def check(cls, config: Config, kind: Kind) -> None:
        """Refuses more scales than the sides of the image can be halved down to two pixels."""
        least = min(kind.shape[1:])
        most = max(1, least.bit_length() - 1)
        if config.scales > most:
            _, height, width = kind.shape
            raise BadValue("scales", f"scales takes at most {most} for images of {height}×{width}, not {config.scales}")

    @classmethod
    def objective_of(cls, config: Config) -> Objective:
        """The loss under a config."""
        return objective_of(config)

    def prepare(self, data: Data, parents: Mapping[str, GenerativeModel]) -> None:
        """Counts the classes."""
        y = data.split("train", None).y if self.classes else None
        if y is not None:
            self.frequencies.copy_(torch.bincount(y.cpu(), minlength=self.classes)[: self.classes] / len(y))

    @property
    def path(self) -> _Path:
        """Schedule, and what the network predicts."""
        return _PATHS[self.config.objective]

    @property
    def schedule(self) -> Schedule:
        """The schedule."""
        return self.path.schedule

    # The network

    def to_range(self, x: Tensor) -> Tensor:
        """Images from 0…1 to −1…1."""
        return 2 * x.to(self.dtype) - 1

    def from_range(self, x: Tensor) -> Tensor:
        """Images from −1…1 to 0…1, cut to what an image can have."""
        return (0.5 * (x + 1)).clamp(0, 1)

    def output(self, x: Tensor, t: Tensor, y: Tensor | None, guidance: float = 1.0) -> Tensor:
        """The prediction at x_t, with guidance w: o_∅ + w (o_c − o_∅); (n, c, h, w).

        Args:
            x: x_t, (n, c, h, w).
            t: A time each, (n, 1, 1, 1), or one for all.
            y: Classes, (n,), `classes` for none; or None.
            guidance: w; 0 leaves the class out, and 1 takes the prediction for the class as it is.
        """
        if y is None or guidance == 1.0:
            return self.net(x, t, y)
        nothing = torch.full_like(y, self.classes)
        if guidance == 0.0:
            return self.net(x, t, nothing)
        of_none, of_class = self.net(torch.cat([x, x]), t, torch.cat([nothing, y])).chunk(2)
        guided: Tensor = of_none + guidance * (of_class - of_none)
        return guided

    def field(self, y: Tensor | None, guidance: float = 1.0) -> Field:
        """Estimates of datum and noise for samplers. Where ε or v is predicted, the datum is cut to −1…1."""

        def of(x: Tensor, t: Tensor, level: Level) -> Estimate:
            output = self.output(x, t, y, guidance)
            x0 = datum(self.path.prediction, output, x, level)
            if self.schedule is STRAIGHT:
                return Estimate(x0, noise(self.path.prediction, output, x, level))
            x0 = x0.clamp(-1, 1)
            return Estimate(x0, (x - level.alpha * x0) / level.sigma)

        return of

    # Training

    def times(self, n: int, rng: torch.Generator) -> Tensor:
        """Times of training, (n, 1, 1, 1): uniform, or for flow matching σ(N(0, 1))."""
        make = torch.randn if self.schedule is STRAIGHT else torch.rand
        u = make(n, 1, 1, 1, generator=rng, device=self.device, dtype=self.dtype)
        return torch.sigmoid(u) if self.schedule is STRAIGHT else T_MIN + (1 - T_MIN) * u

    def errors(self, x: Tensor, y: Tensor | None, t: Tensor, rng: torch.Generator) -> Tensor:
        """Square error of the prediction for images at some times, mean over the entries; (n,)."""
        x0, level = self.to_range(x), self.schedule.at(t)
        eps = torch.randn(x0.shape, generator=rng, device=x0.device, dtype=x0.dtype)
        wanted = {"eps": eps, "v": level.alpha * eps - level.sigma * x0, "velocity": eps - x0}[self.path.prediction]
        predicted = self.output(level.alpha * x0 + level.sigma * eps, t, y)
        return (predicted - wanted).square().flatten(1).mean(dim=1)

    def loss(self, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        """The square error at a random t; in training a tenth of the classes is left out."""
        n, y = len(batch), batch.y if self.classes else None
        t = self.times(n, rng)
        if self.training and y is not None:
            dropped = torch.rand(n, generator=rng, device=self.device) < _DROPPED
            y = torch.where(dropped, torch.full_like(y, self.classes), y)
        error = self.errors(batch.x, y, t, rng).mean()
        return {"loss": error, "error": error}

    def evaluate(self, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        """`error`, the square error of what is predicted, an entry, by one draw of t and of the noise each."""
        y = batch.y if self.classes else None
        return {"error": self.errors(batch.x, y, self.times(len(batch), rng), rng)}

    # Sampling

    def draw_noise(self, n: int, rng: torch.Generator) -> Tensor:
        """Standard normal, (n, c, h, w)."""
        return torch.randn(n, *self.spec.kind.shape, generator=rng, device=self.device, dtype=self.dtype)

    def draw_classes(self, n: int, label: int, rng: torch.Generator) -> Tensor | None:
        """Classes of samples, (n,): a given one, or, for −1, drawn as frequently as in the data; None without classes.

        Raises:
            BadValue: There is no such class.
        """
        if label >= self.classes:
            last = f"from 0 to {self.classes - 1}, or −1 for any" if self.classes else "−1, as the model has no classes"
            raise BadValue("label", f"label takes a class {last}, not {label}")
        if not self.classes:
            return None
        if label >= 0:
            return torch.full((n,), label, device=self.device)
        return torch.multinomial(self.frequencies.float(), n, replacement=True, generator=rng)

    @property
    def part(self) -> int:
        """Images that pass through the network at once, so that a pass does not hold up the window."""
        if self.device.type != "cpu":
            return 1024
        return max(1, _PIXELS // (self.spec.kind.shape[1] * self.spec.kind.shape[2]))

    @torch.no_grad()
    def way(
        self,
        x: Tensor,
        y: Tensor | None,
        rng: torch.Generator | None = None,
        *,
        sampler: str = "ddim",
        passes: int = 20,
        guidance: float = 1.0,
        since: float = 1.0,
    ) -> Iterator[Moment]:
        """The moments from x_t at the time `since`, (n, c, h, w), to samples from −1 to 1."""
        yield from trajectory(
            self.field(y, guidance), self.schedule, x, sampler=sampler, passes=passes, rng=rng, since=since
        )

    def sampling(self, n: int, *, rng: torch.Generator, label: int = -1, **settings: Any) -> Iterator[Tensor | None]:
        """None after each pass, then the samples."""
        y, start, done = self.draw_classes(n, label, rng), self.draw_noise(n, rng), []
        for begin in range(0, n, self.part):
            chosen = slice(begin, begin + self.part)
            x = start[chosen]
            for moment in self.way(x, None if y is None else y[chosen], rng, **settings):
                x = moment.x
                yield None
            done.append(self.from_range(x))
        yield torch.cat(done)

    @settings
    def sample(
        self,
        n: int,
        *,
        rng: torch.Generator,
        label: int = param(
            -1, "Class", -1, 255, when=_has_classes, help="Number of the class. −1: each sample has a class of its own."
        ),
        guidance: float = param(
            1.0,
            "Guidance w",
            0.0,
            10.0,
            step=0.25,
            when=_has_classes,
            help="ε_∅ + w (ε_c − ε_∅). 0: no class. Above 1, two passes instead of one.",
        ),
        sampler: str = param("ddim", "Sampler", choices=SAMPLERS, more=True),
        passes: int = param(
            20, "Passes", 1, 1000, log=True, more=True, help="Through the network. Heun takes two a step."
        ),
    ) -> Tensor:
        """Images, (n, c, h, w)."""
        *_, x = self.sampling(n, rng=rng, label=label, guidance=guidance, sampler=sampler, passes=passes)
        assert x is not None
        return x

    @classmethod
    def sampling_passes(cls, config: Any, settings: Mapping[str, Any], spec: DataSpec | None = None) -> int:
        """As the settings say."""
        return int(settings.get("passes", 20))

    @classmethod
    def noise_dims(cls, config: Config, kind: Kind) -> int:
        """DDIM draws the image of noise alone: D."""
        return torch.Size(kind.shape).numel()
