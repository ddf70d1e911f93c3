"""Small pages for tests: a model with one player, a game with a streaming view, a lab, and models that misbehave."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from explorer.engine import Session, SessionViews, Setup, new_session, open_data
from models import Family
from models.frames import Bars, Curves, Density, Field, Frame, Images, Matrix, Plane, Points, Series
from models.nets import MLP, Dropout
from models.protocol import (
    Canvas,
    Data,
    DataBatch,
    DataSpec,
    Drag,
    GameModel,
    HasLogProb,
    Image,
    Lab,
    LossModel,
    Metric,
    Noise,
    Objective,
    Pixel,
    Planar,
    Player,
    Preset,
    Progress,
    Scene,
    Table,
    Term,
    TimeStep,
    Try,
    param,
    view,
    views_of,
)
from models.protocol import Points as PointsInput
from models.views.samples import samples
from models.views.tables import columns_pair, correlations, marginals, row

__all__ = [
    "FIXTURES",
    "Average",
    "CoinLab",
    "Gauss",
    "GaussRows",
    "Growing",
    "TinyGAN",
    "frame_of",
    "kept_session",
    "session",
    "tensors_of",
    "weights_of",
]

SMALL = "ring8:n=1000"


def kept_session(page: str, folder, *, data: str = SMALL, seed: int = 0, **values) -> Session:
    """A session with a run in a folder."""
    return new_session(Setup.of(page, data=data, values=values, seed=seed, device="cpu"), folder=folder)


def session(page: str, *, data: str = SMALL, seed: int = 0, record: bool = False, **values) -> Session:
    """A session that keeps nothing."""
    setup = Setup.of(page, data=data, values=values, seed=seed, device="cpu")
    return Session(setup, open_data(setup.data), record=record)


def frame_of(session: Session, view: str, **params) -> Frame:
    """A view of a session's model as it is now, with default inputs."""
    return SessionViews(session).frame(view, **params)


def tensors_of(session: Session) -> dict[str, Tensor]:
    """Everything of a session's state that is a tensor: weights, moments, random number generator."""
    state = session.state()
    return {**state.tensors, "rng": state.rng}


def weights_of(module: nn.Module) -> dict[str, Tensor]:
    """A copy of parameters and buffers."""
    return {name: tensor.detach().clone() for name, tensor in module.state_dict().items()}


class Gauss(LossModel, HasLogProb):
    """A Gaussian with independent coordinates, fitted by maximum likelihood to data with a little noise."""

    title, reference, accepts = "Diagonal Gaussian", "https://arxiv.org/abs/0000.00000", (Planar,)
    objective = Objective(
        r"\mathcal{L}",
        (Term(r"s\,\log p(x)", "log_likelihood", weight="scale"), Term(r"-s\,\log 2", "log_two", -1, "scale")),
        total=Term(r"\mathcal{L}", "loss", sign=-1),
    )
    metrics = (
        Metric("log_likelihood", "Log-likelihood", "nats", better="higher"),
        Metric("log_two", "log 2", "nats", role="prior"),
        Metric("modes", "Modes", source="samples", pane="modes"),
    )
    validation = "log_likelihood"
    presets = (Preset("Ring", SMALL, {"jitter": 0.1}, {"steps": 20, "batch": 32}),)
    look_at = "The ellipse."
    try_next = (Try("Raise the scale", {"scale": 2.0}), Try("Go to the game", page="tiny-gan"))

    @dataclass(frozen=True)
    class Config:
        scale: float = param(1.0, "Scale s", 0.1, 10.0, live=True)
        jitter: float = param(0.05, "Noise on the data", 0.0, 1.0)
        start: str = param("zero", "Start", choices={"zero": "At zero", "drawn": "Drawn"})

    def __init__(self, config, spec: DataSpec):
        super().__init__(config, spec)
        self.mean = nn.Parameter(torch.randn(2) if config.start == "drawn" else torch.zeros(2))
        self.log_std = nn.Parameter(torch.zeros(2))

    @classmethod
    def noise_dims(cls, config, kind) -> int:
        return 2

    def log_prob(self, x: Tensor) -> Tensor:
        u = (x - self.mean) * torch.exp(-self.log_std)
        return -(0.5 * u.square() + self.log_std).sum(dim=1) - math.log(2 * math.pi)

    def loss(self, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        x = batch.x
        if self.config.jitter > 0:
            x = x + self.config.jitter * torch.randn(x.shape, generator=rng, dtype=x.dtype)
        value, two = self.log_prob(x).mean(), torch.tensor(math.log(2.0))
        return {"loss": self.config.scale * (two - value), "log_likelihood": value, "log_two": two}

    def sample(self, n: int, *, rng: torch.Generator) -> Tensor:
        noise = torch.randn(n, 2, generator=rng)
        return self.mean + torch.exp(self.log_std) * noise

    @view("Samples and data", record=True, splits=("valid", "train"), batch=50, lead=True)
    def cloud(self, batch: DataBatch, noise: Noise, count: int = param(20, "Samples", 1, 1000)) -> Plane:
        x = self.sample(count, rng=noise.rng())
        return Plane((Points(batch.x.numpy(), batch.y.numpy()), Points(x.detach().numpy(), role="model")))

    @view("Density")
    def density(self, data: Data) -> Plane:
        axis = torch.linspace(-3, 3, 9)
        values = self.log_prob(torch.cartesian_prod(axis, axis)).exp().reshape(9, 9)
        return Plane((Density(values.detach().numpy(), (-3, 3, -3, 3), contours=(0.01,)),))

    @view("Score", grad=True)
    def score(self, batch: DataBatch) -> Plane:
        x = batch.x.clone().requires_grad_()
        (gradient,) = torch.autograd.grad(self.log_prob(x).sum(), x)
        return Plane((Field(batch.x.numpy(), gradient.numpy()),))

    @view("Only at scale 1", when=lambda config, _: config.scale == 1.0)
    def hidden(self) -> Bars:
        return Bars(("mean",), self.mean.detach().numpy()[:1].copy())

    @view("Broken")
    def broken(self, wrong: bool = param(False, "Fails")) -> Bars:
        if wrong:
            raise RuntimeError("this view fails")
        return Bars(("one",), np.ones(1))


GAUSS_VIEWS = tuple(views_of(Gauss).values())  # for pages that derive from it


class TinyGAN(GameModel):
    """Generator and discriminator with one hidden layer each; the discriminator moves twice a round."""

    title, accepts = "Tiny GAN", (Planar,)
    objective = Objective(
        "V(D,G)",
        (Term(r"\mathbb{E}\log D(x)", "log_d"), Term(r"\mathbb{E}\log(1-D(G(z)))", "log_one_minus_d")),
        total=Term("V", "value"),
    )
    metrics = (
        Metric("value", "V(D, G)", "nats", equilibrium=lambda config: -2 * math.log(2)),
        Metric("log_d", "log D on data", "nats", role="data"),
        Metric("log_one_minus_d", "log(1 − D) on samples", "nats", role="model"),
        Metric("generator_loss", "Loss of the generator", "nats", role="model"),
        Metric("discriminator_loss", "Loss of the discriminator", "nats"),
    )
    rates: ClassVar = {"lr_g": "Learning rate of G", "lr_d": "Learning rate of D"}
    presets = (Preset("Ring", SMALL, {}, {"steps": 20, "batch": 32, "lr_g": 2e-3}),)
    try_next = (Try("Wider", {"hidden": 32}, preset="Ring"), Try("Faster D", {"lr_d": 1e-2}))

    @dataclass(frozen=True)
    class Config:
        hidden: int = param(16, "Hidden units", 1, 64)

    def __init__(self, config, spec: DataSpec):
        super().__init__(config, spec)
        self.generator = MLP([2, config.hidden, 2], nn.Tanh)
        self.features = MLP([2, config.hidden, config.hidden], nn.Tanh)
        self.dropout = Dropout(0.1)
        self.head = nn.Linear(config.hidden, 1)

    @classmethod
    def noise_dims(cls, config, kind) -> int:
        return 2

    def players(self) -> tuple[Player, ...]:
        judge = (*self.features.parameters(), *self.head.parameters())
        explain = {"forward": "The discriminator judges data and samples."}
        return (
            Player("discriminator", judge, 2, "lr_d", explain),
            Player("generator", tuple(self.generator.parameters()), 1, "lr_g"),
        )

    def _logit(self, x: Tensor, rng: torch.Generator) -> Tensor:
        return self.head(self.dropout(torch.tanh(self.features(x)), rng=rng))[:, 0]

    def loss(self, player: str, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        fake = self.generator(torch.randn(len(batch), 2, generator=rng))
        if player == "generator":
            return {"loss": nn.functional.softplus(-self._logit(fake, rng)).mean()}
        log_d = -nn.functional.softplus(-self._logit(batch.x, rng)).mean()
        log_one_minus_d = -nn.functional.softplus(self._logit(fake.detach(), rng)).mean()
        value = log_d + log_one_minus_d
        return {"loss": -value, "value": value, "log_d": log_d, "log_one_minus_d": log_one_minus_d}

    def sample(self, n: int, *, rng: torch.Generator) -> Tensor:
        return self.generator(torch.randn(n, 2, generator=rng))

    @view("Samples", record=True)
    def samples(self, noise: Noise) -> Plane:
        x = self.sample(50, rng=noise.rng())
        return Plane((Points(x.numpy(), role="model"),))

    @view("Path of the samples")
    def path(self, noise: Noise, frames: int = param(4, "Frames", 1, 100_000)) -> Iterator[Plane]:
        for number in range(frames):
            x = self.sample(30, rng=noise.rng())
            yield Plane((Points(x.numpy() * (number + 1) / frames, role="model"),), note=str(number))


class CoinLab(Lab):
    """The entropy of a coin."""

    title, look_at = "Coin", "The curve is highest at one half."
    presets = (Preset("Fair", "", {"p": 0.5}),)
    try_next = (Try("A bent coin", {"p": 0.9}),)

    @dataclass(frozen=True)
    class Config:
        p: float = param(0.3, "Probability p of heads", 0.0, 1.0, step=0.05)
        q: float = param(0.5, "Height q", -1.5, 1.5)

    @view("Entropy", lead=True)
    def entropy(self, points: int = param(11, "Points", 2, 1000)) -> Curves:
        p = np.linspace(0.01, 0.99, points)
        entropy = -p * np.log(p) - (1 - p) * np.log1p(-p)
        return Curves((Series("entropy", "H(p)", p, entropy, unit="nats"),), x_label="p", marker=self.config.p)

    @view("Outcomes")
    def outcomes(self) -> Bars:
        return Bars(("heads", "tails"), np.array([self.config.p, 1 - self.config.p]))

    @view("Slope", drags=(Drag(x="p", at=lambda config: -1.0), Drag(x="p", y="q")))
    def slope(self) -> Plane:
        return Plane((Points(np.array([[self.config.p, self.config.q]])),), extent=(-1.0, 2.0, -2.0, 2.0))


class Growing(Gauss):
    """A second part joins after three rounds, with a player of its own."""

    title, presets, try_next, views = "Growing", (), (), GAUSS_VIEWS

    def players(self) -> tuple[Player, ...]:
        old = Player("gauss", (self.mean, self.log_std))
        return (old,) if self.stage == 0 else (old, Player("bend", tuple(self.bend.parameters())))

    def stage_at(self, progress: Progress) -> int:
        return int(progress.step >= 3)

    def enter_stage(self, stage: int) -> None:
        super().enter_stage(stage)
        if stage == 1:
            self.bend = nn.Linear(2, 2)

    def log_prob(self, x: Tensor) -> Tensor:
        if self.stage == 0:
            return super().log_prob(x)
        return super().log_prob(x + 0.1 * torch.tanh(self.bend(x)))


class Hungry(Gauss):
    """A model for which the device has memory up to a batch of 24."""

    title, presets, try_next, views = "Hungry", (), (), GAUSS_VIEWS

    def loss(self, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        if len(batch) > 24 and torch.is_grad_enabled():
            raise torch.OutOfMemoryError("tried to allocate too much")
        return super().loss(batch, rng=rng)


class Exploding(Gauss):
    """Loss, gradient or a metric is not finite in the round after `after` rounds."""

    title, presets, try_next, views = "Exploding", (), (), GAUSS_VIEWS

    @dataclass(frozen=True)
    class Config(Gauss.Config):
        what: str = param(
            "loss", "What is not finite", choices={"loss": "Loss", "gradient": "Gradient", "metric": "Metric"}
        )
        after: int = param(2, "Rounds before", 0, 100)

    def __init__(self, config, spec: DataSpec):
        super().__init__(config, spec)
        self.register_buffer("round", torch.zeros((), dtype=torch.long))

    def after_update(self, player: str) -> None:
        self.round += 1

    def loss(self, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        values = super().loss(batch, rng=rng)
        if self.round < self.config.after:
            return values
        if self.config.what == "loss":
            return {**values, "loss": values["loss"] + math.inf}
        if self.config.what == "metric":
            return {**values, "log_two": torch.tensor(math.inf)}
        return {**values, "loss": values["loss"] + torch.sqrt((self.mean * 0).sum())}  # 0 · d√u/du at 0 is not finite


class Normalised(Gauss):
    """Says that it normalises by its batch."""

    title, presets, try_next, views, batch_statistics = "Normalised", (), (), GAUSS_VIEWS, True


class Moments(Gauss):
    """The Gaussian with the moments of the training data, or fitted to them by gradient descent."""

    title, presets, try_next, views = "Gaussian of moments", (), (), GAUSS_VIEWS

    @dataclass(frozen=True)
    class Config(Gauss.Config):
        fit: str = param("moments", "Fit", choices={"moments": "Moments", "gradient": "Gradient"})

    def __init__(self, config, spec: DataSpec):
        super().__init__(config, spec)
        self.requires_grad_(config.fit == "gradient")

    @classmethod
    def fitted(cls, config) -> str:
        return "moments" if config.fit == "moments" else ""

    def prepare(self, data: Data, parents) -> None:
        if self.fitted(self.config):
            x = data.train.x
            self.mean.copy_(x.mean(dim=0))
            self.log_std.copy_(x.std(dim=0, correction=0).log())


class GaussRows(LossModel, HasLogProb):
    """A Gaussian of any covariance for tables: x = mean + L ε, L lower triangular."""

    title, accepts = "Gaussian rows", (Table,)
    objective = Objective("L", (Term("L", "log_likelihood"),), total=Term("L", "loss", sign=-1))
    metrics = (Metric("log_likelihood", "Log-likelihood", "nats", better="higher"),)
    validation = "log_likelihood"
    presets = (Preset("Gaussians", "gaussian6:n=1000", {}, {"steps": 20, "batch": 32, "lr": 0.02}),)
    views = (columns_pair, marginals, correlations, row, samples.but(frame=Matrix))
    scenes = (
        Scene("Pairs", "Do samples and data agree?", lead="columns_pair", beside=("row",), below=("samples", "curves")),
        Scene("Columns", "Does each column agree?", lead="marginals", beside=("correlations",)),
    )

    @dataclass(frozen=True)
    class Config:
        spread: float = param(1.0, "Spread at the start", 0.1, 10.0)

    def __init__(self, config, spec: DataSpec):
        super().__init__(config, spec)
        (d,) = spec.kind.shape
        self.mean = nn.Parameter(torch.tensor(spec.mean))
        self.lower = nn.Parameter(torch.zeros(d, d))
        self.log_std = nn.Parameter((config.spread * torch.tensor(spec.std)).log())

    @classmethod
    def noise_dims(cls, config, kind) -> int:
        return math.prod(kind.shape)

    @property
    def factor(self) -> Tensor:
        """L, (d, d): rows in standard deviations of a column."""
        return self.log_std.exp()[:, None] * (self.lower.tril(-1) + torch.eye(len(self.mean), dtype=self.dtype))

    def log_prob(self, x: Tensor) -> Tensor:
        noise = torch.linalg.solve_triangular(self.factor, (x - self.mean).T, upper=False)  # (d, n)
        return -0.5 * noise.square().sum(0) - self.log_std.sum() - 0.5 * len(self.mean) * math.log(2 * math.pi)

    def loss(self, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        value = self.log_prob(batch.x).mean()
        return {"loss": -value, "log_likelihood": value}

    @torch.no_grad()
    def sample(self, n: int, *, rng: torch.Generator) -> Tensor:
        noise = torch.randn(n, len(self.mean), generator=rng, device=self.device, dtype=self.dtype)
        return self.mean + noise @ self.factor.T


class Average(LossModel):
    """The average image of the data, with a view for each of the inputs pixel, canvas, time and points."""

    title, accepts = "Average image", (Image,)
    objective = Objective("L", (Term("L", "loss"),), total=Term("L", "loss"), maximised=False)
    metrics = (Metric("loss", "Squared error"),)
    presets = (Preset("Digits", "digits", {}, {"steps": 20, "batch": 32}),)

    @dataclass(frozen=True)
    class Config:
        start: float = param(0.5, "Grey at the start", 0.0, 1.0)

    def __init__(self, config, spec: DataSpec):
        super().__init__(config, spec)
        self.mean = nn.Parameter(torch.full(spec.kind.shape, config.start))

    @classmethod
    def noise_dims(cls, config, kind) -> int:
        return math.prod(kind.shape)

    def loss(self, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        return {"loss": (batch.x - self.mean).square().mean()}

    def sample(self, n: int, *, rng: torch.Generator) -> Tensor:
        return torch.bernoulli(self.image.expand(n, *self.mean.shape), generator=rng)

    @property
    def image(self) -> Tensor:
        return self.mean.detach().clamp(0, 1)[None]

    @view("Completion", lead=True, sets=Pixel)
    def completion(self, canvas: Canvas) -> Images:
        return Images((canvas.x * canvas.mask + self.image * (1 - canvas.mask)).numpy())

    @view("Pixel")
    def profile(self, pixel: Pixel, data: Data) -> Bars:
        column = data.split("valid", 100).x[:, pixel.channel, pixel.row, pixel.column]
        names = (f"row {pixel.row}", f"column {pixel.column}")
        return Bars(names, np.array([float(column.mean()), float(column.std())]))

    @view("Fade")
    def fade(self, time: TimeStep) -> Images:
        return Images(((1 - time.t) * self.image + time.t).numpy())

    @view("Rotation")
    def rotation(self, points: PointsInput) -> Plane:
        turned = points.xy @ np.array([[0.0, 1.0], [-1.0, 0.0]])
        return Plane((Points(points.xy), Points(turned, role="model")), extent=(-3.0, 3.0, -3.0, 3.0))


FIXTURES = Family(
    "fixtures",
    "Fixtures",
    {
        "gauss": Gauss,
        "tiny-gan": TinyGAN,
        "coin": CoinLab,
        "growing": Growing,
        "hungry": Hungry,
        "exploding": Exploding,
        "normalised": Normalised,
        "moments": Moments,
        "average": Average,
        "gauss-rows": GaussRows,
    },
)
