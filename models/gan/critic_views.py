"""The views of a trained discriminator between two supports: what it says, what reaches θ, where θ goes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from models.frames import Curves, Density, Field, Plane, Points, Series
from models.gan.noisy_overlap import overlapping
from models.gan.supports import Supports
from models.gan.trained_critic import Critic, fitted
from models.protocol import Drag, Lab, param, view

__all__ = ["LOSSES", "CriticViews", "power"]

LOSSES = {"minimax": "Minimax", "non-saturating": "Non-saturating"}
_SLICE = 0.02  # s of training between two frames
_LEAST = 1e-12  # smaller values are drawn here: the axis is logarithmic
_SIDE, _UP = (-0.9, 2.9), (-1.0, 1.0)
_CELLS = (96, 50)


class CriticViews(Lab):
    """What a discriminator of logits F, trained at one θ, shows after t steps; configured as `NonOverlapLab`."""

    config: Any
    supports: Supports

    @property
    def critic(self) -> Critic:
        """The discriminator of this support, θ, dimension, noise and seed, as far as it is trained."""
        c = self.config
        return fitted(c.support, (c.theta,), d=c.d, sigma=c.sigma, seed=c.seed)

    @staticmethod
    def training(critic: Critic, steps: int) -> Iterator[int]:
        """Trains a critic in slices; the number of steps made after each, at last `steps`."""
        while (done := critic.advance(steps, _SLICE)) < steps:
            yield done
        yield done

    def _progress(self, done: int) -> str:
        return "" if done >= self.config.steps else f"; training, {done:,} of {self.config.steps:,}"

    def _net(self) -> str:
        c = self.config
        noise = f", noise σ = {c.sigma:g}" if c.sigma else ""
        return f"D of {c.d:,}-64-64-1 ReLU{noise}"

    @view(
        "Supports and discriminator",
        hero=True,
        help="Data, model, D after t steps, and where each point of the model is sent. Drag the model.",
        drags=(Drag(x="theta"),),
    )
    def discriminator(self, loss: str = param("non-saturating", "Arrows", choices=LOSSES)) -> Iterator[Plane]:
        """The two supports over the heat map of D, with the steps that the generator's loss asks of its points."""
        c, nodes = self.config, self.supports.nodes()
        model = nodes + np.array([c.theta, 0.0])
        x, y = (np.linspace(*ends, cells) for ends, cells in zip((_SIDE, _UP), _CELLS, strict=True))
        grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
        few = model[:: max(1, len(model) // 24)]
        critic = self.critic
        for done in self.training(critic, c.steps):
            at, network = critic.plane(done)
            d = _sigmoid(network(grid)[0]).reshape(_CELLS[::-1])
            f, gradient = network(few)
            weight = _sigmoid(f) if loss == "minimax" else _sigmoid(-f)
            push = weight[:, None] * gradient  # against the gradient of −softplus(F), or of softplus(−F)
            record = critic.record(done)
            on_theta = (record.minimax if loss == "minimax" else record.non_saturating)[-1, 0]
            where = "" if c.d == 2 else f" in the plane of the supports, of {c.d:,} dimensions"
            yield Plane(
                (
                    Density(d, (*_SIDE, *_UP), role="real-fake", low=0.0, high=1.0, name="D"),
                    Points(nodes, role="data", size=5.0, name="data"),
                    Points(model, role="model", size=5.0, name="model"),
                    Field(few, push, role="total", longest=0.35, name=f"{LOSSES[loss].lower()} step"),
                ),
                x_label="x₁", y_label="x₂", extent=(*_SIDE, *_UP),
                subtitle=f"{self._net()} after {at:,} steps{where}{self._progress(done)}",
                note=f"Longest arrow {power(float(np.hypot(*push.T).max()))}; "
                f"gradient on θ {power(float(on_theta))} ({LOSSES[loss].lower()}).",
            )  # fmt: skip

    @view("Gradient on θ over steps of D", help="What each loss sends to θ while D is trained; the line is t.")
    def gradient(self) -> Iterator[Curves]:
        """Size of both gradients on θ against the steps of D."""
        c, critic = self.config, self.critic
        for done in self.training(critic, c.steps):
            record = critic.record()  # also what was trained beyond t
            kept = record.steps >= 1
            steps, series = record.steps[kept], []
            sizes = {"minimax": np.abs(record.minimax[:, 0]), "non-saturating": np.abs(record.non_saturating[:, 0])}
            roles = {"minimax": "model", "non-saturating": "alt"}
            for loss, size in sizes.items():
                drawn = np.maximum(size[kept], _LEAST)
                series.append(Series(loss, f"{LOSSES[loss]}, |∂/∂θ|", steps, drawn, role=roles[loss]))
            if c.sigma and c.theta:
                exact = overlapping(self.supports, c.theta, c.sigma)
                for loss, value in (("minimax", exact.minimax), ("non-saturating", exact.non_saturating)):
                    level = np.full(len(steps), max(abs(value), _LEAST))
                    label = f"{LOSSES[loss]} at D*"
                    series.append(Series(f"{loss}.exact", label, steps, level, role=roles[loss], dashed=True))
            yield Curves(
                tuple(series), x_label="steps of D", log_x=True, log_y=True, marker=float(c.steps),
                subtitle=f"{self._net()}, Adam 1e−3, θ = {c.theta:g}{self._progress(done)}",
                note=_story(record.steps, sizes, c.steps),
            )  # fmt: skip

    @view("Profile of D", help="D, 1 − D and the slope of D along x₁, through the middle of both supports.")
    def profile(self) -> Iterator[Curves]:
        """D and |∂D/∂x₁| on the axis through both supports, logarithmic."""
        c, critic = self.config, self.critic
        x, line = self._axis()
        for done in self.training(critic, c.steps):
            at, network = critic.plane(done)
            f, gradient = network(line)
            d, rest = _sigmoid(f), _sigmoid(-f)
            slope = np.abs(d * rest * gradient[:, 0])
            ends = np.interp([0.0, c.theta], x, slope)
            parts = [np.maximum(part, _LEAST) for part in (d, rest, slope)]
            yield Curves(
                (
                    Series("d", "D", x, parts[0], role="data", pane="D"),
                    Series("rest", "1 − D", x, parts[1], role="model", pane="D"),
                    Series("slope", "|∂D/∂x₁|", x, parts[2], role="total", pane="slope"),
                ),
                x_label="x₁", log_y=True, marker=c.theta,
                subtitle=f"{self._net()} after {at:,} steps, at x₂ = 0{self._progress(done)}",
                note=f"|∂D/∂x₁| is {power(ends[0])} on the data (0) and {power(ends[1])} on the model ({c.theta:g}): "
                "a D that is right is flat where there is mass.",
            )  # fmt: skip

    @view("Ratio D/(1 − D)", help="What D takes for the ratio of the densities, beside the true one.")
    def ratio(self) -> Iterator[Curves]:
        """exp(F) along x₁ beside the true ratio p/q: infinite on the data, 0 on the model, undefined elsewhere."""
        c, critic = self.config, self.critic
        x, line = self._axis()
        for done in self.training(critic, c.steps):
            at, network = critic.plane(done)
            f = np.clip(network(line)[0], -60.0, 60.0)
            series = [Series("learned", "D/(1 − D)", x, np.exp(f), role="model")]
            top = max(float(np.exp(np.abs(f)).max()), 10.0)
            series += self._true_ratio(x, top)
            at_model = float(np.exp(np.interp(c.theta, x, f)))
            true = "a finite ratio: the noise makes the supports overlap" if c.sigma else "0 in truth"
            yield Curves(
                tuple(series), x_label="x₁", log_y=True, marker=c.theta,
                subtitle=f"after {at:,} steps, at x₂ = 0{self._progress(done)}",
                note=f"On the model D/(1 − D) is {power(at_model)}, {true}. "
                + ("" if c.sigma else "θ has a gradient because this estimate is wrong: the supports stay apart."),
            )  # fmt: skip

    def _true_ratio(self, x: np.ndarray, top: float) -> list[Series]:
        c, half = self.config, self.supports.half_width
        if c.sigma and self.supports.shape != "disks":
            f = np.clip((c.theta**2 - 2.0 * c.theta * x) / (2.0 * c.sigma**2), -60.0, 60.0)
            return [Series("true", "true ratio, in closed form", x, np.exp(f), dashed=True)]
        if c.sigma:
            return []
        if c.theta == 0.0:
            return [Series("true", "true ratio: 1 on both", np.array([-half, half]), np.ones(2), dashed=True)]
        found = []
        for key, label, middle, level in (
            ("data", "true ratio: ∞ on the data", 0.0, top), ("model", "true ratio: 0 on the model", c.theta, 1 / top),
        ):  # fmt: skip
            ends = np.sort([middle - half, middle + half])
            if c.theta < 2.0 * half:  # disks: where both are, the ratio is 1
                ends[1 if key == "data" else 0] = c.theta - half if key == "data" else half
            box = np.array([ends[0], ends[0], ends[1], ends[1]])
            found.append(Series(key, label, box, np.array([1.0, level, level, 1.0]), role=key, dashed=True))
        return found

    def _axis(self) -> tuple[np.ndarray, np.ndarray]:
        """Places on x₁, both supports among them, (n,), and as points of the plane, (n, 2)."""
        x = np.union1d(np.linspace(-0.8, max(self.config.theta, 0.2) + 0.8, 321), [0.0, self.config.theta])
        return x, np.stack([x, np.zeros_like(x)], axis=1)


def _story(steps: np.ndarray, sizes: dict[str, np.ndarray], t: int) -> str:
    """What became of both gradients after t steps."""
    place = int(np.searchsorted(steps, t, side="right")) - 1
    minimax, rival = sizes["minimax"], sizes["non-saturating"]
    start, peak = max(float(minimax[0]), _LEAST), int(minimax.argmax())
    return (
        f"After {steps[place]:,} steps minimax has {power(float(minimax[place] / start))} times its first gradient "
        f"(at most {minimax[peak] / start:.1f} times, at {steps[peak]:,}), non-saturating "
        f"{rival[place] / max(float(rival[0]), _LEAST):,.0f} times. At the exact D* it is ∇D/D = 0/0, undefined."
    )


def _sigmoid(f: np.ndarray) -> np.ndarray:
    """σ(f), relatively exact at both ends."""
    return np.exp(-np.logaddexp(0.0, -f))


def power(value: float) -> str:
    """A number of any size as a sentence shows it: "0.243", "3.4e−5"."""
    if value == 0.0 or 1e-3 <= abs(value) < 1e4:
        text = f"{value:.3g}"
    else:
        mantissa, exponent = f"{value:.1e}".split("e")
        text = f"{mantissa}e{int(exponent)}" if math.isfinite(value) else "∞"
    return text.replace("-", "−")
