"""What it costs to have a q for each datum: pictures of inference without an inference network, beside one with it."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from models.frames import Curves, Images, Series
from models.protocol import DataBatch, Noise, param, view
from models.vae.decoder import ImageModel
from models.vae.exact_views import ExactViews
from models.vae.networks import Encoder, prior_kl
from models.vae.refit import STARTS
from models.views.latent import LatentViews

__all__ = ["InferenceViews"]

_DRAWS = 8  # of z for each image where a bound is estimated
_SHOWN = (0, 3, 10, 30, 100, 300, 1000)  # steps at which images are decoded
_PAUSE = 0.025  # s of computing between two frames
_ALL = 1e7  # data up to which the curve of parameters goes


class InferenceViews(ImageModel, ABC):
    """Views of a model that keeps a q for each training datum and fits one to each other datum."""

    fitted_gap = "what a better Gaussian q gains"

    latent_map = LatentViews.latent_map.but(splits=("train",),
        help="The mean of each training image's own q. Circles: the prior. A click decodes a point.",
    )  # fmt: skip
    reconstructions = LatentViews.reconstructions.but(splits=("train",),
        help="Training images, and what is left of them after passing through the z of their own q.",
    )  # fmt: skip
    kl_per_dimension = LatentViews.kl_per_dimension.but(splits=("train",))
    bound = ExactViews.bound.but(splits=("train",),
        help="log p(x) = ELBO + KL(q ‖ p(z|x)) of one training image, and how much further steps on its q would close.",
    )  # fmt: skip
    posterior = ExactViews.posterior.but(
        splits=("train",), help="p(z|x) of one training image by quadrature, and its own q."
    )

    @abstractmethod
    def refitted(self, observed: Tensor, steps: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Fits q to each image by a number of steps; mean and log variance at the start and after each step."""

    @property
    def of_an_encoder(self) -> int:
        """Parameters of an encoder with the widths of the page."""
        with torch.device("meta"):  # nothing is initialised
            return sum(parameter.numel() for parameter in Encoder(*self.sizes).parameters())

    @view("Parameters of q", help="How many numbers q has here, and in an encoder of the same widths.")
    def parameters_of_q(self) -> Curves:
        """Parameters of q against the number of data, exactly: 2 · latent · n here, those of an encoder there."""
        each, encoder, n = 2 * self.latent_dim, self.of_an_encoder, self.spec.n
        data = np.unique(np.append(np.geomspace(10.0, _ALL, 121).round(), n))
        return Curves(
            (
                Series("local", "an m and an s for each datum", data, each * data, role="model"),
                Series("encoder", "an encoder", data, np.full_like(data, encoder), role="alt"),
            ),
            x_label="training data n", y_label="parameters of q", log_x=True, log_y=True, marker=float(n),
            subtitle=f"{self.latent_dim} latent dimensions; exact",
            note=f"With these {n:,} data: {each * n:,} here, {encoder:,} in an encoder of the same widths. From "
            f"{encoder // each + 1:,} data on there are more here.",
        )  # fmt: skip

    @view(
        "Fitting q to new images",
        splits=("valid",),
        batch=100,
        help="The bound of new images while a q is fitted to each.",
    )
    def fitting(self, batch: DataBatch, steps: int = param(200, "Steps on q", 10, 2000, log=True)) -> Iterator[Curves]:
        """Mean bound of images that the model has never seen, against Adam steps on their m and s."""
        observed, rng = self.observed(batch.x), Noise().rng(self.device)
        watched = sorted({round(step) for step in np.geomspace(1, steps, 25)} | {0})
        epsilon = torch.randn(
            _DRAWS, len(batch), self.latent_dim, generator=rng, device=self.device, dtype=batch.x.dtype
        )
        x: list[int] = []
        bounds: list[tuple[float, float]] = []  # mean and standard error
        spent, last = 0.0, time.perf_counter()
        for step, (mean, log_var) in enumerate(self.refitted(observed, steps)):
            spent += time.perf_counter() - last
            if step in watched:
                each = self._elbo(mean, log_var, observed, epsilon)
                x.append(step)
                bounds.append((float(each.mean()), float(each.std()) / len(batch) ** 0.5 if len(batch) > 1 else 0.0))
            if step < steps and step in watched:
                yield self._held_out(batch, x, bounds, step, steps, spent)
            last = time.perf_counter()
        yield self._held_out(batch, x, bounds, steps, steps, spent)

    def _elbo(self, mean: Tensor, log_var: Tensor, observed: Tensor, epsilon: Tensor) -> Tensor:
        """The bound of each image, (n,) nats, with the mean over some draws of z."""
        total = torch.zeros_like(mean[:, 0])
        for noise in epsilon:
            total += self.log_likelihood((mean + (0.5 * log_var).exp() * noise)[None], observed)[0]
        return total / len(epsilon) - prior_kl(mean, log_var).sum(dim=1)

    def _held_out(
        self, batch: DataBatch, x: list[int], bounds: list[tuple[float, float]], step: int, steps: int, spent: float
    ) -> Curves:
        at, (value, error) = np.array(x, dtype=float), np.array(bounds).T
        n = len(batch)
        note = f"Step {step} of {steps}."
        if step == steps:
            passes = self._seconds_of_a_pass(batch)
            note = (
                f"{value[-1]:.2f} ± {error[-1]:.2f} nats, {1e3 * spent / n:.2g} ms an image here; one pass through an "
                f"encoder: {1e3 * passes / n:.2g} ms."
            )
        return Curves(
            (
                Series(
                    "elbo", "ELBO of new images", at, value, role="model", unit="nats", low=value - error,
                    high=value + error,
                ),
            ),
            x_label="steps on m and s", y_label="nats an image",
            subtitle=f"mean over {n} {_HELD[batch.split]} images ± standard error, {_DRAWS} z each; the decoder stays",
            note=note,
        )  # fmt: skip

    def _seconds_of_a_pass(self, batch: DataBatch) -> float:
        """Time that an encoder of the page's widths takes for a batch; what its weights are makes no difference."""
        with torch.device("meta"):
            encoder = Encoder(*self.sizes)
        encoder = encoder.to_empty(device=self.device).to(batch.x.dtype)
        for weight in encoder.parameters():
            weight.zero_()
        encoder(batch.x)  # the first pass also sets things up
        began = time.perf_counter()
        encoder(batch.x)
        return time.perf_counter() - began

    @view("New images", splits=("valid",), batch=10, help="Images without a q, while one is fitted to each.")
    def new_images(
        self, batch: DataBatch, steps: int = param(100, "Steps on q", 10, 1000, log=True)
    ) -> Iterator[Images]:
        """Held-out images above the means of p(x|z) at the mean of their q, after more and more steps."""
        observed = self.observed(batch.x)
        shown = [step for step in _SHOWN if step < steps]
        rows, labels = [batch.x.detach().cpu().numpy()], [f"{_HELD[batch.split]} data"]
        last = time.perf_counter()
        for step, (mean, _) in enumerate(self.refitted(observed, steps)):
            if step in shown or step == steps:
                rows.append(self.decode_mean(mean).detach().cpu().numpy())
                labels.append(f"{step} steps" if step else "start")
            if step == steps or time.perf_counter() - last > _PAUSE:
                yield Images(
                    np.concatenate(rows), columns=len(batch), row_labels=tuple(labels),
                    subtitle=f"mean of p(x|z) at the mean of q, fitted to {len(batch)} {_HELD[batch.split]} images",
                    note=f"Each m starts at the best of {STARTS} points of the prior."
                    if step == steps
                    else f"Step {step} of {steps}.",
                )  # fmt: skip
                last = time.perf_counter()


_HELD = {"train": "training", "valid": "validation", "test": "test"}
