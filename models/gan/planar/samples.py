"""Pictures of a game in the plane: samples on the discriminator's map, and shares of the modes."""

from __future__ import annotations

from abc import ABC

import numpy as np
import torch
from torch import Tensor

from models.exact.modes import count_modes, mode_names
from models.frames import Bars, Density, Field, Layer, Plane, Points
from models.gan.planar.collapse import verdict
from models.gan.planar.units import PROBES, PlanarGame, array, square_of
from models.protocol import Data, DataBatch, Noise, param, view

__all__ = ["SampleViews"]

_MAPS = {"discriminator": "D", "ratio": "D/(1 − D)", "none": "None"}
_SIDE = 64  # cells of the map
_RATIO = 6.0  # nats at which the map of the ratio ends
_BEGUN = 200  # updates of G before which no collapse is called one
_SPLITS = {"train": "training", "valid": "validation", "test": "test"}


class SampleViews(PlanarGame, ABC):
    """What can be seen of samples, noise and discriminator without any density."""

    @view(
        "Samples", record=True, grad=True, splits=("valid", "train"), batch=500, lead=True,
        help="Data and samples on the discriminator's map, and the gradient that each sample feels.",
    )  # fmt: skip
    def samples(
        self,
        batch: DataBatch,
        data: Data,
        heat: str = param(
            "discriminator", "Map", choices=_MAPS, help="D itself, or the ratio of densities that it stands for."
        ),
        gradient: bool = param(
            True, "Arrows", help=f"Where G's loss pushes {PROBES} samples, and where these were lately."
        ),
        grid: bool = param(
            False, "Warped noise", more=True, latent=lambda dim: dim < 3,
            help="A mesh of the noise, as G bends it.",
        ),
        count: int = param(1000, "Samples", 10, 5000, log=True, more=True),
        points: bool = param(True, "Data", more=True, help="Show the data."),
        made: bool = param(True, "Model", more=True, help="Show the samples."),
    ) -> Plane:  # fmt: skip
        """Samples over data, on the map of the discriminator."""
        x = self._drawn(count, Noise())  # always the same noise, so that samples can be followed
        extent = square_of(batch.x)
        layers: list[Layer] = []
        said = f"{count:,} samples, {len(batch)} {_SPLITS[batch.split]} data"
        if heat != "none":
            map_layer, map_words = self._map(heat, extent, batch.x, x)
            layers.append(map_layer)
            said = f"{said}, {map_words}"
        if grid:
            layers.append(self.warped(1.0))
        if points:
            layers.append(Points(array(batch.x), role="data", name="data", size=3))
        if made:
            layers.append(Points(array(x), role="model", name="samples", size=3.0))
        collapse, warning = self._verdict(x, data)
        note = collapse
        if gradient:
            forces, words = self._forces()
            layers += forces
            note = f"{note} {words}".lstrip()
        return Plane(
            tuple(layers), extent=extent, subtitle=said, note=note, warning=warning, alert=collapse if warning else ""
        )

    def _drawn(self, count: int, noise: Noise) -> Tensor:
        return self.sample(count, rng=noise.rng(self.center.device))

    @torch.no_grad()
    def _map(
        self, heat: str, extent: tuple[float, float, float, float], real: Tensor, fake: Tensor
    ) -> tuple[Density, str]:
        beside = self.to_units(real)
        f = self.judged(self.to_units(self._cells(extent, _SIDE)), beside).reshape(_SIDE, _SIDE)
        game = self.game
        packs = f", beside {self.config.pac - 1} data in each pack" if self.config.pac > 1 else ""
        if heat == "ratio" and game.log_ratio is not None:
            ratio = game.log_ratio(f).clamp(-_RATIO, _RATIO)
            layer = Density(array(ratio), extent, "real-fake", low=-_RATIO, high=_RATIO, name="log D/(1 − D), nats")
            return layer, f"map: log D/(1 − D), which is log p/q if D is optimal{packs}"
        if game.free_level:
            low, high = (float(self.judged(self.to_units(points), beside).mean()) for points in (fake, real))
            values = ((f - low) / (high - low)).clamp(0.0, 1.0) if high > low else torch.full_like(f, 0.5)
            words = f"map: the critic F, from its mean on samples, {low:.2f}, to its mean on data, {high:.2f}{packs}"
        else:
            values, words = (
                game.probability(f),
                f"map: D{packs}" if game.log_ratio is not None else f"map: F from −1 to 1{packs}",
            )
        if heat == "ratio":
            words = f"{words}: this game's optimum does not tell the ratio"
        return Density(array(values), extent, role="real-fake", low=0.0, high=1.0), words

    def _cells(self, extent: tuple[float, float, float, float], side: int) -> Tensor:
        """Middles of the cells of a square, (side², 2), row by row from below."""
        x0, x1, y0, y1 = extent
        steps = (torch.arange(side).to(self.center) + 0.5) / side
        y, x = torch.meshgrid(y0 + (y1 - y0) * steps, x0 + (x1 - x0) * steps, indexing="ij")
        return torch.stack([x, y], dim=-1).reshape(-1, 2)

    def pushes(self, x: Tensor) -> Tensor:
        """Minus the gradient of what each sample adds to G's loss, by its place in standard units, (n, 2).

        Args:
            x: Samples in data units, (n, 2); with packing, in the order in which packs are filled.
        """
        m = self.config.pac
        u = self.to_units(x.detach()).requires_grad_()
        with torch.enable_grad():
            f = self.discriminator(u[: len(u) - len(u) % m].reshape(-1, 2 * m))[:, 0]
            (gradient,) = torch.autograd.grad(self.game.on_generated(f).sum(), u)
        return -gradient

    def _forces(self) -> tuple[list[Layer], str]:
        """Arrows at the probes, which leave trails, and how long the longest is."""
        with torch.no_grad():
            x = self.from_units(self.generator(self.probes()))
        push = self.pushes(x)
        known = push.isfinite().all(dim=1)  # a KL's exp(F) has no end
        longest = float(push[known].norm(dim=1).max()) if known.any() else 0.0
        words = f"Longest of {int(known.sum())} arrows: {longest:.2g}."
        reach = 0.35 * float(self.spread)
        layers = [
            Points(array(x), role="alt", size=2.5, trail="probes"),
            Field(array(x[known]), array(push[known]), role="total", longest=reach, name="−∇ of G's loss"),
        ]
        return layers, words if known.all() else f"{words} {PROBES - int(known.sum())} gradients are infinite."

    def _verdict(self, x: Tensor, data: Data) -> tuple[str, bool]:
        if data.centers is None or data.std is None:
            return "", False
        counts = count_modes(x, data.centers, data.std)
        return verdict(counts, mode_names(data.centers, data.spec.classes), begun=int(self.moves) >= _BEGUN)

    @view("Modes", record=True, help="Share of the samples of high quality that each mode holds, beside the data's.")
    def modes(self, data: Data, noise: Noise, count: int = param(2500, "Samples", 100, 20_000, log=True)) -> Bars:
        """Shares of samples and data by mode."""
        x = self._drawn(count, noise)
        if data.centers is None or data.std is None:
            return self._without_modes(x, data)
        names = mode_names(data.centers, data.spec.classes)
        made, real = (count_modes(points, data.centers, data.std) for points in (x, data.test.x))
        share = made.good.double() / made.n
        note, warning = verdict(made, names, begun=int(self.moves) >= _BEGUN)
        note = f"{note} High quality: {100 * float(share.sum()):.1f} %."
        return Bars(
            labels=(*names, "none"),
            values=100 * np.append(array(share), 1.0 - float(share.sum())),
            errors=100 * _share_errors(np.append(array(share), 1.0 - float(share.sum())), made.n),
            roles=("model",) * len(names) + ("total",),
            reference=100 * np.append(array(real.good / real.n), 1.0 - float(real.good.sum()) / real.n),
            unit="%",
            subtitle=f"{count:,} samples within 3 std of each mode; dashed: {real.n:,} test data",
            note=note,
            warning=warning,
        )

    def _without_modes(self, x: Tensor, data: Data) -> Bars:
        """By the class of the nearest datum, where the data are not made of modes."""
        near, names = self.nearest_class(x, data)
        share = array(torch.bincount(near, minlength=len(names))) / len(x)
        true = data.test.y if data.test.y is not None else torch.zeros(len(data.test), dtype=torch.long)
        return Bars(
            labels=names,
            values=100 * share,
            errors=100 * _share_errors(share, len(x)),
            roles=("model",) * len(names),
            reference=100 * array(torch.bincount(true, minlength=len(names))) / len(true),
            unit="%",
            subtitle=f"{len(x):,} samples by the class of the nearest training datum; dashed: test data",
            note="These data are not made of modes that could be counted.",
        )


def _share_errors(share: np.ndarray, n: int) -> np.ndarray:
    """Standard errors of shares of n independent samples."""
    return np.sqrt(share * (1.0 - share).clip(0.0) / n)
