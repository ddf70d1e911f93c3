"""`FlowModel`, the base class of trained flows."""

from __future__ import annotations

import functools
import math
import warnings
from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from models.exact.normal import LOG_2PI
from models.flows.flow.pixels import LogitPixels
from models.flows.flow.words import METRICS, OBJECTIVE, PHASES
from models.flows.transforms import Chain, Logit, Transform, Units
from models.protocol import DataBatch, DataSpec, HasLogProb, Image, Kind, LossModel, param

__all__ = ["ACTIVATIONS", "FlowModel", "NetConfig"]

_FAR = 1e6
"""Noise of this size is outside all that a normal distribution gives: the map has left the range of its numbers."""

# In place: a linear layer does not need its output again.
ACTIVATIONS: Mapping[str, Callable[[], nn.Module]] = {
    "silu": nn.SiLU,
    "tanh": nn.Tanh,
    "relu": functools.partial(nn.ReLU, inplace=True),
}


@dataclass(frozen=True)
class NetConfig:
    """Parameters of the noise and of the networks, which all flows of vectors have."""

    noise: str = param(
        "gaussian", "Noise s(ε)", choices={"gaussian": "Gaussian", "uniform": "Uniform"}, more=True,
        help="Uniform: between 0 and 1; f begins with a logit, and f⁻¹ ends with a sigmoid.",
    )  # fmt: skip
    width: int = param(64, "Hidden width", 2, 1024, log=True, help="Units in each hidden layer of the networks.")
    hidden: int = param(2, "Hidden layers", 0, 4, more=True, help="Of each network; 0: s and t are affine.")
    activation: str = param("relu", "Activation", choices={"silu": "SiLU", "tanh": "Tanh", "relu": "ReLU"}, more=True)
    alpha: float = param(
        1e-6, "Logit α", 1e-7, 0.2, log=True, more=True,
        help="Of images alone: f ends in x = (σ(y) − α)/(1 − 2α), so that values near 0 and 1 stay in reach.",
    )  # fmt: skip

    @property
    def widths(self) -> list[int]:
        """Units of each hidden layer."""
        return [self.width] * self.hidden


class FlowModel(LossModel, HasLogProb):
    """x = f(ε) with an invertible f, so that log p(x) = log s(f⁻¹(x)) + log |det ∂f⁻¹/∂x| is exact.

    A subclass gives the layers of f, `transforms`, from the noise to standard units. Images are flattened; pixels that
    take counted levels are dequantised, see `LogitPixels`.

    Attributes:
        flow: f, from noise (n, D) to standard units or, for images, to logits.
        pixels: Between images and logits; None for other data.
    """

    objective, phases = OBJECTIVE, PHASES
    metrics = METRICS
    validation = "nll"
    validation_size = 2000
    validation_part = 250

    config: Any

    def __init__(self, config: Any, spec: DataSpec):
        super().__init__(config, spec)
        self.dims = math.prod(spec.kind.shape)
        self.pixels = LogitPixels(spec, config.alpha) if isinstance(spec.kind, Image) else None
        first = [Logit()] if config.noise == "uniform" else []
        self.flow = Chain([*first, *self.transforms(), *self._units()])

    @abstractmethod
    def transforms(self) -> list[Transform]:
        """The layers of f, from the noise to standard units."""

    def _units(self) -> list[Transform]:
        """The last layer, from standard units to those of the data; images are logits by then."""
        if self.pixels is not None:
            return []
        mean, std = torch.tensor(self.spec.mean), torch.tensor(self.spec.std)
        return [Units(mean, torch.where(std > 0, std, torch.ones_like(std)))]

    # Density

    def to_noise(self, x: Tensor, rng: torch.Generator | None = None) -> tuple[Tensor, Tensor]:
        """ε = f⁻¹(x) and log |det ∂ε/∂x|; (n, *data_shape) to (n, D) and (n,).

        Args:
            x: Data, data units.
            rng: Source of the noise of dequantisation; None puts pixels in the middle of their intervals.
        """
        if self.pixels is None:
            return self.flow.inverse(x)
        y, log_det = self.pixels.to_real(x, rng)
        e, more = self.flow.inverse(y)
        return e, log_det + more

    def from_noise(self, e: Tensor) -> Tensor:
        """x = f(ε), (n, D) to (n, *data_shape), data units."""
        x, _ = self.flow(e)
        return x if self.pixels is None else self.pixels.from_real(x)

    def noise_log_prob(self, e: Tensor) -> Tensor:
        """log s(ε), (n, D) to (n,), nats; finite even where the square of ε overflows."""
        if self.config.noise == "uniform":
            return e.new_zeros(len(e))
        limit = 0.5 * (torch.finfo(e.dtype).max / self.dims) ** 0.5
        e = e.clamp(-limit, limit)
        return -0.5 * e.square().sum(dim=1) - 0.5 * LOG_2PI * self.dims

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """The noise of data and their log density; (n, *data_shape) to (n, D) and (n,)."""
        e, log_det = self.to_noise(x)
        return e, self.noise_log_prob(e) + log_det

    def log_prob(self, x: Tensor) -> Tensor:
        """log p(x), (n, *data_shape) to (n,), nats, computed in the precision of x.

        What overflows in single precision is computed in double precision. A `RuntimeWarning` says when f⁻¹ takes data
        to noise that the noise density never gives: with such weights f cannot be inverted numerically.
        """
        e, log_prob = self._in_precision_of(x)
        lost = ~log_prob.isfinite()
        if lost.any() and x.dtype == torch.float32:
            e_double, exact = self._in_precision_of(x[lost].double())
            log_prob = log_prob.clone()
            log_prob[lost] = exact.clamp_min(torch.finfo(x.dtype).min).to(x.dtype)
            farthest = max(float(e_double.detach().abs().max()), _FAR)
        else:
            farthest = float(e.detach().abs().max()) if len(e) else 0.0
        if farthest >= _FAR:
            warnings.warn(
                f"f⁻¹(x) is as large as {farthest:.1e}: with these weights f cannot be inverted numerically",
                RuntimeWarning,
                stacklevel=2,
            )
        return log_prob

    def _in_precision_of(self, x: Tensor) -> tuple[Tensor, Tensor]:
        if x.dtype == self.dtype:
            return self(x)
        own = [*self.named_parameters(), *self.named_buffers()]
        return torch.func.functional_call(
            self, {name: t.to(x.dtype) if t.is_floating_point() else t for name, t in own}, (x,)
        )

    def loss(self, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        """The negative log-likelihood, nats, mean over the batch, and its two parts."""
        e, log_det = self.to_noise(batch.x, rng)
        of_noise, of_jacobian = self.noise_log_prob(e).mean(), log_det.mean()
        nll = -of_noise - of_jacobian
        return {
            "loss": nll,
            "nll": nll,
            "log_noise": of_noise,
            "log_det": of_jacobian,
            "bits_per_dim": nll.detach() / (math.log(2) * self.dims),
        }

    def evaluate(self, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        """Nats and bits/dim of images, with one draw of the noise of dequantisation for each."""
        if self.pixels is None:
            return {}
        e, log_det = self.to_noise(batch.x, rng)
        nll = -self.noise_log_prob(e) - log_det
        return {"nll_nats": nll, "bits_per_dim": nll / (math.log(2) * self.dims)}

    # Sampling

    def draw_noise(self, n: int, *, rng: torch.Generator) -> Tensor:
        """ε from its density, (n, D)."""
        made = torch.rand if self.config.noise == "uniform" else torch.randn
        return made(n, self.dims, generator=rng, device=self.device, dtype=self.dtype)

    @torch.no_grad()
    def sample(self, n: int, *, rng: torch.Generator) -> Tensor:
        """f of noise, (n, *data_shape), data units."""
        return self.from_noise(self.draw_noise(n, rng=rng))

    @classmethod
    def noise_dims(cls, config: Any, kind: Kind) -> int:
        """As many as the data have dimensions."""
        return math.prod(kind.shape)
