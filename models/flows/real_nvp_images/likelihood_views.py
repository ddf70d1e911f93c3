"""Bits a dimension beside those of simple models, and the log-likelihood of data and samples."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from models.exact.image_baselines import GaussianMoments, LevelCounts
from models.flows.flow.model import FlowModel
from models.flows.flow.pixels import LogitPixels
from models.frames import Bars, Curves
from models.protocol import Data, DataBatch, Noise, param, view
from models.views.likelihood import histograms
from models.views.words import SPLITS, counted

__all__ = ["bits", "log_likelihood"]

_FITTED = 20_000  # training images to which the simple models are fitted
_HELD_OUT = 500
_PART = 100  # training images at once
_FEW = 16  # images that pass the flow at once
_MOST = 1200  # entries up to which a full covariance is fitted


@dataclass
class _Baselines:
    """Simple models: what is fitted so far, and their bits/dim on held-out images when they are.

    They are kept with the data, so that a picture that is asked for anew goes on where the last one ended.
    """

    names: list[str] = field(default_factory=list)
    bits: list[float] = field(default_factory=list)
    errors: list[float] = field(default_factory=list)
    done: int = 0  # training images fitted
    fitted: int = 0  # of how many
    parts: Iterator[None] = field(default_factory=lambda: iter(()))  # of the work that is left

    def note(self, name: str, nll: Tensor, dims: int) -> None:
        each = nll.double() / (math.log(2) * dims)
        self.names.append(name)
        self.bits.append(float(each.mean()))
        self.errors.append(float(each.std()) / math.sqrt(len(each)))


@view(
    "Bits a dimension", splits=("valid",),
    help="Of held-out images, the fewer the better. Histogram: independent pixels. Gaussians: in logit space, fitted "
    "to the training data.",
)  # fmt: skip
def bits(model: FlowModel, data: Data, noise: Noise) -> Iterator[Bars]:
    """Bits a dimension of the flow and of models fitted in closed form, on the same held-out images."""
    x = data.split("valid", _HELD_OUT).x
    flow: list[Tensor] = []
    assert model.pixels is not None
    key = ("baselines of images", model.config.alpha)
    if key not in data.cache:
        data.cache[key] = simple = _Baselines()
        simple.parts = _fit(simple, model.pixels, data)
    simple = data.cache[key]
    for part in x.split(_FEW):
        e, log_det = model.to_noise(part.to(model.dtype), noise.rng(model.device))
        flow.append(-(model.noise_log_prob(e) + log_det))
        if len(flow) % 4 == 0:
            yield _bars(torch.cat(flow), simple, model, len(x))
    nll = torch.cat(flow)
    for _ in simple.parts:
        yield _bars(nll, simple, model, len(x))
    yield _bars(nll, simple, model, len(x))


def _fit(out: _Baselines, pixels: LogitPixels, data: Data) -> Iterator[None]:
    """Fits the simple models part by part."""
    rng, dims = torch.Generator().manual_seed(0), pixels.dims
    n = out.fitted = min(_FITTED, data.spec.n)
    train = data.split("train", n).x.cpu()
    counts = LevelCounts(dims, pixels.levels) if pixels.levels else None
    gaussians = {"diagonal Gaussian": GaussianMoments(dims, full=False)}
    if dims <= _MOST and n > dims:
        gaussians["full Gaussian"] = GaussianMoments(dims, full=True)
    for part in train.split(_PART):
        y, _ = pixels.to_real(part, rng)
        if counts is not None:
            counts.add(part.flatten(1))
        for gaussian in gaussians.values():
            gaussian.add(y)
        out.done += len(part)
        yield
    x = data.split("valid", _HELD_OUT).x.cpu()
    y, log_det = pixels.to_real(x, rng)
    if counts is not None:
        out.note("independent histogram", -counts.log_prob(x.flatten(1)), dims)
        yield
    for name, gaussian in gaussians.items():
        out.note(name, -(gaussian.log_prob(y) + log_det.double()), dims)
        yield


def _bars(nll: Tensor, simple: _Baselines, model: FlowModel, n: int) -> Bars:
    every = _Baselines()
    every.note("flow", nll.detach().cpu(), model.dims)
    for part in ("names", "bits", "errors"):
        getattr(every, part).extend(getattr(simple, part))
    note = f"Histogram and Gaussians: fitted to {simple.done:,} training images."
    if simple.done < simple.fitted or not simple.fitted:
        note = f"Simple models are being fitted: {simple.done:,} training images so far."
    return Bars(
        tuple(every.names), np.array(every.bits), errors=np.array(every.errors),
        roles=("model", *["alt"] * (len(every.names) - 1)), unit="bits/dim",
        subtitle=f"{counted(n, 'valid', model.spec.kind)} ± standard error; {len(nll)} through the flow"
        if len(nll) < n else f"{counted(n, 'valid', model.spec.kind)} ± standard error",
        note=note,
    )  # fmt: skip


@view(
    "Log-likelihood", splits=("valid", "train"), batch=160,
    help="Distribution of log p(x) over data and over as many samples of the model.",
)  # fmt: skip
def log_likelihood(
    model: FlowModel, batch: DataBatch, noise: Noise, bins: int = param(20, "Bins", 5, 100, more=True)
) -> Iterator[Curves]:
    """Histograms of log p(x), nats: with few images at first, then with more."""
    rng = noise.rng(model.device)
    data: list[Tensor] = []
    drawn: list[Tensor] = []
    for part in batch.x.split(_FEW):
        data.append(_log_prob(model, part.to(model.dtype), rng))
        drawn.append(_log_prob(model, model.sample(len(part), rng=rng), rng))
        done = sum(map(len, data))
        if len(data) % 3 == 0 or done == len(batch):
            rows = [
                ("data", f"{SPLITS[batch.split]} data", "data", torch.cat(data)),
                ("samples", "samples", "model", torch.cat(drawn)),
            ]
            yield histograms(
                rows, bins, model.spec.kind, f"{counted(done, batch.split, model.spec.kind)} and as many samples"
            )


def _log_prob(model: FlowModel, x: Tensor, rng: torch.Generator) -> Tensor:
    e, log_det = model.to_noise(x, rng)
    return (model.noise_log_prob(e) + log_det).detach()
