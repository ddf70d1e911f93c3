"""The cost of a q for each datum: inference without an inference network, compared with amortised inference."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from models.exact.normal import prior_kl
from models.frames import Bars, Curves, Images, Series
from models.nets.encoder import Encoder
from models.protocol import DataBatch, DataPoint, Noise, param, view
from models.vae.exact_views import bound_frames
from models.vae.image_model import ImageModel
from models.vae.refit import STARTS
from models.views.words import SPLITS, as_array, counted, decimal

__all__ = ["bound", "fitting", "new_images", "parameters_of_q"]

_DRAWS = 8  # of z for each image where a bound is estimated
_SHOWN = (0, 3, 10, 30, 100, 300, 1000)  # steps at which images are decoded
_PAUSE = 0.025  # s of computing between two frames
_MOST = 1e7  # greatest number of data on the curve of parameters


class LocalModel(ImageModel, Protocol):
    """An `ImageModel` that stores a q for each training datum and fits one to each other datum."""

    config: Any

    def refitted(self, observed: Tensor, steps: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Fits q to each image by a number of steps; mean and log variance at the start and after each step."""


def _encoder_of(model: LocalModel) -> Encoder:
    """An encoder of the widths of the page, without memory for its weights."""
    with torch.device("meta"):
        return Encoder(
            network=model.config.network,
            shape=model.spec.kind.shape,
            latent=model.config.latent,
            hidden=model.config.hidden,
            layers=model.config.layers,
            channels=model.config.channels,
        )


@view(
    "The bound made exact", latent=lambda dim: dim <= 2, splits=("train",),
    help="log p(x) = ELBO + KL(q ‖ p(z|x)) of one training image, and how far more steps on its q would lower the KL.",
)  # fmt: skip
def bound(
    model: LocalModel,
    point: DataPoint,
    steps: int = param(100, "Steps on q", 0, 1000, help="Adam steps on m and s for this image alone."),
) -> Iterator[Bars]:
    """ELBO, gap and evidence by quadrature; then the q of the image is optimised further."""
    return bound_frames(model, point, steps, "gain of the steps")


@view("Parameters of q", help="Number of parameters of q here, and of an encoder of the same widths.")
def parameters_of_q(model: LocalModel) -> Curves:
    """Parameters of q against the number of data, exactly: 2 · latent · n here, those of an encoder there."""
    each, n = 2 * model.latent_dim, model.spec.n
    encoder = sum(parameter.numel() for parameter in _encoder_of(model).parameters())
    data = np.unique(np.append(np.geomspace(10.0, _MOST, 121).round(), n))
    return Curves(
        (
            Series("local", "an m and an s for each datum", data, each * data, role="model"),
            Series("encoder", "an encoder", data, np.full_like(data, encoder), role="alt"),
        ),
        x_label="training data n", y_label="parameters of q", log_x=True, log_y=True, marker=float(n),
        subtitle=f"{model.latent_dim} latent dimensions; exact",
        note=f"With these {n:,} data: {each * n:,} here, {encoder:,} in an encoder of the same widths. From "
        f"{encoder // each + 1:,} data on, an encoder has fewer.",
    )  # fmt: skip


@view(
    "Fitting q to new images", splits=("valid",), batch=100,
    help="The bound of new images while a q is fitted to each.",
)  # fmt: skip
def fitting(
    model: LocalModel, batch: DataBatch, steps: int = param(200, "Steps on q", 10, 2000, log=True)
) -> Iterator[Curves]:  # fmt: skip
    """Mean bound of images that the model was not trained on, against Adam steps on their m and s."""
    observed, rng = model.decoder.observed(batch.x), Noise().rng(model.device)
    watched = sorted({round(step) for step in np.geomspace(1, steps, 25)} | {0})
    epsilon = torch.randn(
        _DRAWS, len(batch), model.latent_dim, generator=rng, device=model.device, dtype=batch.x.dtype
    )  # fmt: skip
    at: list[int] = []
    bounds: list[tuple[float, float]] = []  # mean and standard error
    spent, last = 0.0, time.perf_counter()
    for step, (mean, log_var) in enumerate(model.refitted(observed, steps)):
        spent += time.perf_counter() - last
        if step in watched:
            each = _elbo(model, mean, log_var, observed, epsilon)
            at.append(step)
            bounds.append((float(each.mean()), float(each.std()) / len(batch) ** 0.5 if len(batch) > 1 else 0.0))
        if step < steps and step in watched:
            yield _bound_curve(batch, at, bounds, f"Step {step} of {steps}.")
        last = time.perf_counter()
    value, error = bounds[-1]
    n, encoding = len(batch), _encoding_seconds(model, batch)
    note = (
        f"{decimal(value, 2)} ± {error:.2f} nats, {1e3 * spent / n:.2g} ms an image here; one pass through an encoder: "
        f"{1e3 * encoding / n:.2g} ms."
    )
    yield _bound_curve(batch, at, bounds, note)


def _elbo(model: LocalModel, mean: Tensor, log_var: Tensor, observed: Tensor, epsilon: Tensor) -> Tensor:
    """The bound of each image, (n,) nats, as a mean over some draws of z."""
    total = torch.zeros_like(mean[:, 0])
    for noise in epsilon:
        total += model.decoder.log_prob(observed, mean + (0.5 * log_var).exp() * noise)
    return total / len(epsilon) - prior_kl(mean, log_var).sum(dim=1)


def _bound_curve(batch: DataBatch, at: list[int], bounds: list[tuple[float, float]], note: str) -> Curves:
    value, error = np.array(bounds).T
    return Curves(
        (
            Series(
                "elbo", "ELBO of new images", np.array(at, dtype=float), value, role="model", unit="nats",
                low=value - error, high=value + error,
            ),
        ),
        x_label="steps on m and s", y_label="nats an image",
        subtitle=f"{len(batch)} {SPLITS[batch.split]} images; mean ± s.e., {_DRAWS} z each; the decoder stays",
        note=note,
    )  # fmt: skip


def _encoding_seconds(model: LocalModel, batch: DataBatch) -> float:
    """Time that an encoder of the page's widths takes for a batch; it does not depend on the weights."""
    encoder = _encoder_of(model).to_empty(device=model.device).to(batch.x.dtype)
    for weight in encoder.parameters():
        weight.zero_()
    encoder(batch.x)  # the first pass also allocates memory
    start = time.perf_counter()
    encoder(batch.x)
    return time.perf_counter() - start


@view("New images", splits=("valid",), batch=10, help="Images without a q, while one is fitted to each.")
def new_images(
    model: LocalModel, batch: DataBatch, steps: int = param(100, "Steps on q", 10, 1000, log=True)
) -> Iterator[Images]:  # fmt: skip
    """Held-out images above the means of p(x|z) at the mean of their q, after more and more steps."""
    observed = model.decoder.observed(batch.x)
    watched = [step for step in _SHOWN if step < steps]
    rows, labels = [as_array(batch.x)], [SPLITS[batch.split]]
    last = time.perf_counter()
    for step, (mean, _) in enumerate(model.refitted(observed, steps)):
        if step in watched or step == steps:
            rows.append(as_array(model.decoder.mean(mean)))
            labels.append(f"{step} steps" if step else "start")
        if step == steps or time.perf_counter() - last > _PAUSE:
            yield Images(
                np.concatenate(rows), columns=len(batch), row_labels=tuple(labels),
                subtitle="mean of p(x|z) at the mean of q, fitted to "
                f"{counted(len(batch), batch.split, model.spec.kind)}",
                note=f"Each m starts at the best of {STARTS} points of the prior."
                if step == steps
                else f"Step {step} of {steps}.",
            )  # fmt: skip
            last = time.perf_counter()
