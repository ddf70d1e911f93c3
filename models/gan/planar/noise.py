"""Pictures of the noise: bent by the generator, and coloured by what it becomes."""

from __future__ import annotations

from abc import ABC

import torch

from models.exact.modes import GOOD, mode_names
from models.frames import Layer, Plane, Points
from models.gan.planar.units import PlanarGame, array, square_of
from models.protocol import Data, DataBatch, Noise, param, view

__all__ = ["NoiseViews"]

_NOISE = {"gaussian": "Gaussian", "uniform": "uniform"}


class NoiseViews(PlanarGame, ABC):
    """What can be seen of a noise of one or two dimensions."""

    @view(
        "Manifold", record=True, latent=lambda dim: dim < 3,
        help="The noise as a mesh, on its way from itself (t = 0) to where G takes it (t = 1).",
    )  # fmt: skip
    def manifold(self, batch: DataBatch, noise: Noise, t: float = param(1.0, "Warp t", 0.0, 1.0, step=0.05)) -> Plane:
        """The mesh of the noise, warped, over the data."""
        z = self.draw_noise(300, noise.rng(self.center.device))
        with torch.no_grad():
            x = self.from_units(self.generator(z))
        start = self.laid_out(array(z))
        way = (1.0 - t) * start + t * array(x)
        x0, x1, y0, y1 = square_of(batch.x)
        reach = max(x1 - x0, y1 - y0, 4.0 * float(self.spread))
        cx, cy = 0.5 * (x0 + x1), 0.5 * (y0 + y1)
        words = "2-D" if self.config.latent == 2 else "1-D"
        return Plane(
            (
                Points(array(batch.x), role="data", name="data", size=3.0),
                self.warped(t),
                Points(way, role="model", name=f"{len(way)} samples", size=3.0),
            ),
            extent=(cx - reach / 2, cx + reach / 2, cy - reach / 2, cy + reach / 2),
            subtitle=f"(1 − t) z + t G(z), t = {t:g}: {words} {_NOISE[self.config.noise]} z at the data's scale",
            note="" if self.config.latent == 2 else "One noise dimension: whatever G does, samples lie on a curve.",
        )

    @view(
        "Latent space", record=True, latent=lambda dim: dim == 2,
        help="Draws of the noise, coloured by where G takes them: each mode has a region of its own.",
    )  # fmt: skip
    def latent(self, data: Data, noise: Noise) -> Plane:
        """Which part of the noise becomes which mode."""
        z = self.draw_noise(1500, noise.rng(self.center.device))
        with torch.no_grad():
            x = self.from_units(self.generator(z))
        layers: list[Layer] = []
        if data.centers is None or data.std is None:
            label, names = self.nearest_class(x, data)
            words = "coloured by the class of the nearest datum of G(z)"
        else:
            distance, label = torch.cdist(x, data.centers.to(x)).min(dim=1)
            names = tuple(name.removeprefix("mode ") for name in mode_names(data.centers, data.spec.classes))
            on = distance <= GOOD * data.std
            layers.append(Points(array(z[~on]), role="total", name="G(z) on no mode", size=2.0))
            z, label = z[on], label[on]
            words = f"coloured by the mode within {GOOD:g} std of G(z)"
        layers.append(Points(array(z), label=array(label), classes=names, size=3.0))
        return Plane(
            tuple(layers),
            x_label="z₁",
            y_label="z₂",
            subtitle=f"1,500 {_NOISE[self.config.noise]} z, {words}",
            note="A continuous G cannot jump: between two regions there are z whose G(z) is between two modes.",
        )
